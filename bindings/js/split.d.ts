/* SPDX-License-Identifier: MIT */
/** Sticky assignment of libsplit. Errors have a `code`: SPLIT_ERR_KEY, SPLIT_ERR_TEXT, SPLIT_ERR_ARG, or that of a damaged route. */
declare namespace split {
    interface Plan {
        readonly variants: readonly string[];
        /** Index of the default variant: the answer without a usable key. */
        readonly otherwise: number;
    }
    interface Assignment {
        /** Index in `variants`. */
        variant: number;
        /** 0 to 1,048,575. */
        bucket: number;
        reason: 'hash' | 'override' | 'holdout' | 'coverage';
    }
    /** A plan from a parsed route.json. */
    function load(route: unknown): Plan;
    function assign(plan: Plan, key: string | ArrayLike<number>): Assignment;
    /** XXH64, seed 0: high and low word. */
    function hash(bytes: ArrayLike<number>): [number, number];
    function utf8(text: string): number[];
}
export = split;
