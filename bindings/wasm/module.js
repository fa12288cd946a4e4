
// What the ES module gives: load() takes a compiled module (as Workers-like runtimes import it), bytes, or a Response.
export async function load(source, host) {
  if (source instanceof WebAssembly.Module) return makeApi(instantiate(source, host), 'wasm');
  if (typeof Response === 'function' && source instanceof Response) return load(await source.arrayBuffer(), host);
  return makeApi(instantiate(await WebAssembly.compile(source), host), 'wasm');
}

export { instantiate, makeApi, SplitError, UsageError, DataError, ResourceError, OutsideError, BugError };
