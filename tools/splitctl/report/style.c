/* SPDX-License-Identifier: MIT */
/* The look of the page. Nothing moves, nothing is fetched, and the reader's theme decides. */
#include <stddef.h>

#include "report/page.h"

/* clang-format off */
const char *const page_style[] = {
    ":root{color-scheme:light dark;--page:#f3f5f7;--card:#fff;--fg:#1b1f24;--soft:#545d68;--edge:#d3d9df;"
    "--grid:#e6eaee;--new:#0550ae;--old:#6b7580;--good:#116329;--warn:#7a4d00;--bad:#b3261e;--focus:#0550ae;"
    "--good-bg:#e3f4e7;--warn-bg:#fdf1d8;--bad-bg:#fde8e6;--open-bg:#eceff2;--shade:#00000026}\n",
    "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--fg:#e6edf3;--soft:#a3adb8;"
    "--edge:#343b45;--grid:#262c35;--new:#6cb6ff;--old:#9aa4af;--good:#5fd675;--warn:#e8b84a;--bad:#ff8f85;"
    "--focus:#6cb6ff;--good-bg:#12301b;--warn-bg:#352708;--bad-bg:#3f1714;--open-bg:#262c35;--shade:#000000a0}}\n",
    "*{box-sizing:border-box}\n",
    "body{margin:0;background:var(--page);color:var(--fg);font:16px/1.55 system-ui,-apple-system,'Segoe UI',"
    "Roboto,'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n",
    "main,header,footer{max-width:70rem;margin:0 auto;padding:0 1rem}\n",
    "header{padding-top:1.5rem}footer{padding-bottom:2rem}\n",
    "h1{font-size:1.75rem;line-height:1.25;margin:.1rem 0 .6rem}\n",
    "h2{font-size:1.2rem;margin:0 0 .6rem}h3{font-size:1.05rem;margin:0}\n",
    "p{margin:.4rem 0}a{color:var(--new)}.soft{color:var(--soft)}.name-of{font-weight:600}.unit{white-space:nowrap}\n",
    ":focus-visible{outline:3px solid var(--focus);outline-offset:2px}\n",
    ".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem}\n",
    "nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:.8rem 0;font-size:.95rem}\n",
    "section{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:1.1rem 1.25rem;"
    "margin:1rem 0}\n",
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.7rem;margin:1rem 0 0}\n",
    ".facts div{border-left:3px solid var(--edge);padding-left:.7rem}\n",
    ".facts dt{font-size:.82rem;color:var(--soft)}.facts dd{margin:0;font-size:1.1rem;font-weight:600;"
    "font-variant-numeric:tabular-nums}\n",
    ".facts small{display:block;font-weight:400;color:var(--soft);font-size:.82rem}\n",
    ".lead{font-size:1.12rem;margin:.2rem 0 .8rem}.story{padding-left:1.3rem;margin:1rem 0 0}.story li{margin:.35rem 0}\n",
    ".badge{display:inline-flex;align-items:center;gap:.3rem;border-radius:999px;padding:.05rem .6rem .05rem .4rem;"
    "font-size:.85rem;font-weight:600;white-space:nowrap}\n",
    "h1 .badge{font-size:1rem;vertical-align:.2em;margin-left:.4rem}\n",
    ".icon{width:1em;height:1em;flex:none}.icon path{fill:none;stroke:currentColor;stroke-width:2;"
    "stroke-linecap:round;stroke-linejoin:round}\n",
    ".good{color:var(--good);background:var(--good-bg)}.warn{color:var(--warn);background:var(--warn-bg)}"
    ".bad{color:var(--bad);background:var(--bad-bg)}.open{color:var(--soft);background:var(--open-bg)}\n",
    ".scroll{overflow-x:auto;background:linear-gradient(90deg,var(--card) 30%,transparent) 0 0,"
    "linear-gradient(270deg,var(--card) 30%,transparent) 100% 0,"
    "linear-gradient(90deg,var(--shade),transparent) 0 0,linear-gradient(270deg,var(--shade),transparent) 100% 0;"
    "background-size:2.5rem 100%,2.5rem 100%,.8rem 100%,.8rem 100%;background-repeat:no-repeat;"
    "background-attachment:local,local,scroll,scroll}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;"
    "font-size:.92rem}\n",
    ".cap{color:var(--soft);font-size:.88rem;margin:.2rem 0}\n",
    "th,td{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--grid);vertical-align:top;"
    "overflow-wrap:normal}\n",
    "thead th{color:var(--soft);font-weight:600;font-size:.85rem;border-bottom-color:var(--edge);white-space:nowrap}"
    "tbody th{font-weight:600}td,tbody th{white-space:nowrap}td.why{white-space:normal;min-width:12rem;"
    "overflow-wrap:anywhere}\n",
    "td small,th small{display:block;font-weight:400;color:var(--soft);font-size:.82rem}tbody tr:last-child>*{border-bottom:0}\n",
    ".split{display:flex;width:9rem;height:.8rem;margin-top:.35rem;border-radius:3px;overflow:hidden;"
    "background:var(--open-bg);border:1px solid var(--edge)}\n",
    ".split i{background:var(--new)}.split b{background:repeating-linear-gradient(135deg,var(--new) 0 3px,"
    "var(--card) 3px 6px)}\n",
    ".metric{border-top:1px solid var(--edge);padding-top:1rem;margin-top:1.2rem}\n",
    ".metric:first-of-type{border-top:0;padding-top:0;margin-top:.4rem}.metric h3{display:flex;flex-wrap:wrap;"
    "gap:.2rem .7rem;align-items:center}\n",
    ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:0 2rem}\n",
    "figure{margin:.9rem 0 0;min-width:0}figcaption strong{display:block;font-size:.95rem}"
    "figcaption span{font-size:.85rem}\n",
    ".chart{display:block;padding:0 7.4rem 0 3.6rem;overflow:visible;margin-top:.5rem;font-size:12px;"
    "font-variant-numeric:tabular-nums}.plot{overflow:visible}\n",
    ".chart text{fill:var(--soft)}.tick{text-anchor:end}.time{text-anchor:middle}\n",
    ".chart .mark{fill:var(--fg);font-weight:600;transform:translateX(4px)}.chart .name{transform:translateX(8px);"
    "font-weight:600}\n",
    ".grid{stroke:var(--grid)}.axis{stroke:var(--soft)}.phase{stroke:var(--soft);stroke-dasharray:1 3}"
    "line.end-bad{stroke:var(--bad)}line.end-good{stroke:var(--good)}.chart text.end-bad{fill:var(--bad)}"
    ".chart text.end-good{fill:var(--good)}text.end-bad,text.end-good{text-anchor:end;font-weight:600;"
    "transform:translateX(-4px)}\n",
    ".line,.dot{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}"
    ".dot{stroke-width:5}\n",
    ".new{stroke:var(--new)}.old{stroke:var(--old)}.line.old{stroke-dasharray:5 4;stroke-linecap:butt}\n",
    ".asked{stroke:var(--fg);stroke-width:1.5}\n",
    ".compliance{stroke:var(--good)}.warning{stroke:var(--warn)}.critical{stroke:var(--bad)}"
    ".line.warning{stroke-dasharray:7 4;stroke-linecap:butt}.line.critical{stroke-dasharray:2 5}\n",
    ".bound{stroke-width:1.5}.b-target{stroke:var(--good);stroke-dasharray:2 3}"
    ".b-warning{stroke:var(--warn);stroke-dasharray:8 4}.b-critical{stroke:var(--bad)}"
    ".b-proof{stroke:var(--fg)}\n",
    ".chart text.b-target{fill:var(--good);stroke:none}.chart text.b-warning{fill:var(--warn);stroke:none}"
    ".chart text.b-critical{fill:var(--bad);stroke:none}.chart text.b-proof{fill:var(--fg);stroke:none}\n",
    ".zone-warn{fill:var(--warn);opacity:.06}.zone-bad{fill:var(--bad);opacity:.09}"
    ".band{fill:var(--new);opacity:.16}\n",
    ".legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:.3rem 0 .2rem;padding:0;"
    "font-size:.85rem}.sample{width:28px;height:10px;margin-right:.4rem;vertical-align:middle}\n",
    "details{font-size:.9rem;margin-top:.2rem}summary{cursor:pointer;color:var(--new);width:fit-content}"
    "details .scroll{max-height:22rem;overflow:auto;margin-top:.4rem}\n",
    "dl.words dt{font-weight:600;margin-top:.5rem}dl.words dd{margin:0}\n",
    "@media(max-width:40rem){body{font-size:15px}h1{font-size:1.4rem}section{padding:.9rem;border-radius:8px}"
    "main,header,footer{padding-left:.6rem;padding-right:.6rem}header{padding-top:1rem}"
    ".stack,.stack tbody{display:block}.stack thead{position:absolute;left:-99rem}.stack tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;"
    "border-bottom:1px solid var(--grid);padding:.5rem 0}.stack tbody tr:last-child{border-bottom:0}"
    ".stack tr>*{border:0;padding:0;min-width:0;white-space:normal;overflow-wrap:anywhere}.stack .why,.stack [colspan],.stack .line-of{flex:1 0 100%;white-space:normal}"
    ".stack [data-l]::before{content:attr(data-l) ' ';color:var(--soft);font-weight:400}.split{width:100%}"
    ".chart{padding:0 .2rem 0 3.3rem}.time.upto{text-anchor:end}.wide,.one-day table .day{display:none}"
    ".chart .name{text-anchor:end;transform:translate(-3px,-8px);paint-order:stroke}"
    ".chart text.name{stroke:var(--card);stroke-width:3px}}\n",
    "@media print{body{background:#fff}section{break-inside:avoid;border:0;padding:0}nav,.skip{display:none}}\n",
    "@media(forced-colors:active){.line,.dot,.bound,.grid,.axis,.phase{forced-color-adjust:none}}\n",
    NULL};
/* clang-format on */
