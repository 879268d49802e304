// The style of a report. One sheet, in the page; its hash is in the page's content security policy.

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f6f3; --card: #ffffff; --text: #1d1c1a; --soft: #625d57; --line: #dcd8d1; --track: #ebe8e2;
  --link: #1f5a94; --focus: #1f5a94; --shade: #f0eee9;
  --l0: #5b9bc7; --l1: #9cc7df; --l2: #e8c65a; --l3: #e58e45; --l4: #c9402f; --alone: #6f6a64;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1c2024; --text: #ebe8e2; --soft: #a8a299; --line: #343a40; --track: #2a2f34;
    --link: #8ebde8; --focus: #8ebde8; --shade: #23282d;
    --l0: #4c8ab5; --l1: #7fb0cc; --l2: #d8b54b; --l3: #d97f37; --l4: #d4513f; --alone: #9a948b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 60rem; padding: 1rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 0.25rem; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 0 0 0.25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
p { margin: 0.25rem 0 0.75rem; max-width: 65ch; }
a { color: var(--link); }
bdi, code { overflow-wrap: anywhere; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.9em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.5rem; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin: 1rem 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 0.75rem 0; padding: 0; }
nav a { display: inline-block; padding: 0.35rem 0; }
svg { display: block; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.75rem; margin: 1rem 0; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.75rem 1rem; }
.facts dt { color: var(--soft); font-size: 0.875rem; }
.facts dd { margin: 0; font-size: 1.35rem; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
.facts svg { width: 100%; height: 14px; margin-top: 0.35rem; }
.facts dd span { display: block; font-size: 0.875rem; font-weight: 400; color: var(--soft); }

table { border-collapse: collapse; width: 100%; }
.wide { overflow-x: auto; }
caption { text-align: start; color: var(--soft); font-size: 0.875rem; padding-bottom: 0.25rem; }
th, td { text-align: start; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; font-size: 0.875rem; }
tbody th { font-weight: 400; }
td.n, th.n { text-align: end; white-space: nowrap; }
tr > :last-child { padding-right: 0; }
tr:last-child > * { border-bottom: 0; }

.tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; margin: 0.75rem 0; }
.tools label { display: inline-flex; gap: 0.4rem; align-items: center; min-height: 2rem; }
.tools input[type="search"] {
  font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: 6px;
  padding: 0.35rem 0.6rem; width: 15rem; max-width: 100%;
}
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; list-style: none; padding: 0; margin: 0.5rem 0; font-size: 0.875rem; }
.legend li { display: flex; gap: 0.4rem; align-items: center; }
.bars { list-style: none; margin: 0; padding: 0; }
.bars > li { padding: 0.45rem 0; }
.bars > li[hidden], details[hidden] { display: none; }
.bars a { text-decoration: none; }
.bars a:hover { text-decoration: underline; }
.bars svg { width: 100%; height: 14px; margin-top: 0.15rem; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; align-items: baseline; }
.row > :first-child { min-width: 0; flex: 1 1 12rem; }
.row > :last-child { text-align: end; margin-inline-start: auto; }
.op { color: var(--soft); font-size: 0.875rem; font-weight: 400; }
.track { fill: var(--track); }
.f0 { fill: var(--l0); } .f1 { fill: var(--l1); } .f2 { fill: var(--l2); } .f3 { fill: var(--l3); } .f4 { fill: var(--l4); }
.fa { fill: var(--alone); }
.none { color: var(--soft); padding: 0.5rem 0; }

.graph { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 8px; background: var(--page); }
.graph svg { margin: 0 auto; }
.graph text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; unicode-bidi: isolate; }
.graph .edge { fill: none; stroke: var(--soft); stroke-width: 1.25; opacity: 0.75; }
.graph rect { stroke: var(--soft); stroke-width: 1; }
.graph .kept rect { stroke-dasharray: 4 3; }
.graph .plain rect { fill: var(--card); }
.graph .plain text { fill: var(--text); }
.graph text { fill: #14130f; }
.graph .t4 text { fill: #ffffff; }
.graph .title { font-weight: 600; }
.graph a:hover rect, .graph a:focus-visible rect { stroke: var(--text); stroke-width: 2.5; }
.graph a:focus-visible { outline: none; }

details.layer { border-bottom: 1px solid var(--line); }
details.layer:last-of-type { border-bottom: 0; }
summary { cursor: pointer; padding: 0.6rem 0; }
details.layer > summary { list-style: none; position: relative; padding-inline-start: 1.25rem; }
details.layer > summary::-webkit-details-marker { display: none; }
details.layer > summary::before {
  content: ""; position: absolute; inset-inline-start: 0.15rem; top: 1.05rem; width: 0.45rem; height: 0.45rem;
  border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(-45deg);
}
details.layer[open] > summary::before { transform: rotate(45deg); top: 0.95rem; }
.body { padding: 0 0 1rem; }
.dot { display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 50%; vertical-align: -0.05rem; }
.d0 { background: var(--l0); } .d1 { background: var(--l1); } .d2 { background: var(--l2); } .d3 { background: var(--l3); } .d4 { background: var(--l4); }
.da { background: var(--alone); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0.5rem 1.5rem; align-items: start; }
.histogram { width: 100%; height: 120px; }
.histogram .bins { fill: var(--l0); }
.histogram .cut { fill: var(--l4); opacity: 0.2; }
.histogram .limit { stroke: var(--l4); stroke-width: 2; vector-effect: non-scaling-stroke; }
.histogram .zero { stroke: var(--soft); stroke-width: 1; vector-effect: non-scaling-stroke; stroke-dasharray: 3 3; }
.ends { display: flex; justify-content: space-between; color: var(--soft); font-size: 0.875rem; }
pre { white-space: normal; overflow-x: auto; background: var(--shade); border-radius: 6px; padding: 0.6rem 0.75rem; margin: 0.5rem 0; }
pre span { white-space: nowrap; }
footer { color: var(--soft); font-size: 0.875rem; }
@media (max-width: 30rem) { body { padding: 0.5rem 0.75rem 3rem; } section { padding: 0.85rem; } }
@media print { .graph { max-height: none; } .tools, nav { display: none; } }
`;
