// SPDX-License-Identifier: MIT
// What test_report.py asks a page: functions that look at the DOM as it was laid out and painted.
(() => {
  const channels = (text) => {
    const srgb = /^color\(srgb ([\d.e+-]+) ([\d.e+-]+) ([\d.e+-]+)(?: \/ ([\d.]+))?\)/.exec(text);
    if (srgb) return [...srgb.slice(1, 4).map((v) => v * 255), Number(srgb[4] ?? 1)];
    const n = text.match(/[\d.]+/g).map(Number);
    return [n[0], n[1], n[2], n[3] ?? 1];
  };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3])).concat(1);
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const background = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.unshift(channels(getComputedStyle(e).backgroundColor));
    return layers.reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const shown = (e) => e.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });

  const check = {};

  // The weakest contrast of all text that is shown, with the text.
  check.text = () => {
    let worst = { ratio: 21, text: '' };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let n = 0;
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !shown(element) || element.closest('title, desc, style')) continue;
      const style = getComputedStyle(element);
      const color = channels(element instanceof SVGElement ? style.fill : style.color);
      const under = background(element);
      const ratio = contrast(over(color, under), under);
      n++;
      if (ratio < worst.ratio) worst = { ratio, text: walker.currentNode.data, color: style.color, under };
    }
    return { ...worst, n };
  };

  // The weakest contrast of what is drawn to be read: series, bounds, icons.
  check.strokes = () => [...document.querySelectorAll('.line, .bound, .icon path')].filter(shown).map((e) => {
    const under = background(e.closest('svg').parentElement);
    return contrast(over(channels(getComputedStyle(e).stroke), under), under);
  }).reduce((a, b) => Math.min(a, b), 21);

  check.overflow = () => ({
    page: document.scrollingElement.scrollWidth - innerWidth,
    // Nothing sticks out of the window except inside a region that scrolls.
    out: [...document.querySelectorAll('body *')].filter((e) => shown(e) && !e.closest('.scroll, .skip, .plot, thead') &&
      (e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5))
      .map((e) => `${e.tagName}.${e.className.baseVal ?? e.className}: ${e.textContent.slice(0, 40)}`),
  });

  // Letters of a chart that lie over one another, or so near that they read as one word.
  check.collisions = () => [...document.querySelectorAll('svg.chart')].flatMap((svg) => {
    const boxes = [...svg.querySelectorAll('text')].filter(shown).map((t) => [t.textContent, t.getBoundingClientRect()]);
    return boxes.flatMap(([name, a], i) => boxes.slice(i + 1).filter(([, b]) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > -4 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
      .map(([other]) => `${svg.getAttribute('aria-labelledby')}: ${name} / ${other}`));
  });

  check.structure = () => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => Number(h.tagName[1])),
    doubled: [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i),
    dangling: [...document.querySelectorAll('a[href], [aria-labelledby], [aria-describedby]')].flatMap((e) => [
      e.getAttribute('href')?.slice(1), e.getAttribute('aria-labelledby'), e.getAttribute('aria-describedby')])
      .filter((id) => id && !document.getElementById(id)),
    landmarks: ['header', 'nav', 'main', 'footer'].map((tag) => document.querySelectorAll(tag).length),
    unnamed: [...document.querySelectorAll('section, [role=region], table')].filter((e) => !e.hasAttribute('aria-labelledby'))
      .map((e) => e.outerHTML.slice(0, 80)),
    scopeless: document.querySelectorAll('th:not([scope])').length,
    policy: document.querySelector('meta[http-equiv=Content-Security-Policy]').content,
    scripts: document.querySelectorAll('script, iframe, object, embed, link, img, form, foreignObject, [onload], [onerror]').length,
  });

  // Every drawing: decoration, or named, described and given as a table with the same columns.
  check.drawings = () => [...document.querySelectorAll('svg')].filter((svg) => !svg.parentElement.closest('svg'))
    .filter((svg) => svg.getAttribute('aria-hidden') !== 'true').map((svg) => {
      const by = (name) => document.getElementById(svg.getAttribute(name))?.textContent.trim() ?? '';
      const figure = svg.closest('figure');
      const table = figure?.querySelector('details table');
      return {
        role: svg.getAttribute('role'), name: by('aria-labelledby'), description: by('aria-describedby'),
        caption: figure?.querySelector('figcaption').textContent ?? '',
        series: figure?.querySelectorAll('.legend .line').length,
        columns: table?.querySelectorAll('thead th').length,
        rows: table?.querySelectorAll('tbody tr').length,
        ticks: [...svg.querySelectorAll('.tick')].map((t) => t.textContent),
        times: [...svg.querySelectorAll('.time')].map((t) => t.textContent),
        marks: [...svg.querySelectorAll('[y="12"]')].map((t) => t.textContent),
        bounds: [...svg.querySelectorAll('.name')].map((t) => t.textContent),
        dashes: [...svg.querySelectorAll('.plot .line')].map((p) => getComputedStyle(p).strokeDasharray),
      };
    });

  check.motion = () => document.getAnimations().length + [...document.querySelectorAll('*')].filter((e) => {
    const style = getComputedStyle(e);
    return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.scrollBehavior !== 'auto';
  }).length;

  check.focusable = () => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(shown).length;

  check.focused = () => {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    const under = background(e.parentElement);
    const box = e.getBoundingClientRect();
    return {
      at: e === document.body ? '' : `${e.tagName} ${e.getAttribute('href') ?? e.getAttribute('aria-labelledby') ?? e.textContent}`,
      outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
      contrast: contrast(over(channels(style.outlineColor), under), under),
      seen: box.width > 0 && box.left >= -1 && box.bottom > 0 && box.top < innerHeight,
    };
  };

  check.cells = (id) => [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()));

  globalThis.check = check;
})();
