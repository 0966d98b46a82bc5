/** The style of the service's own pages, in the studio's colours. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f3ee, #151614);
  --card: light-dark(#fffefb, #1d1f1c);
  --ink: light-dark(#23211d, #ece9e1);
  --faint: light-dark(#6a655b, #a5a297);
  --line: light-dark(#e2ddd2, #31342f);
  --accent: light-dark(#24574b, #8cc9b1);
  --get: light-dark(#21577d, #8fc4ea);
  --post: light-dark(#24574b, #8cc9b1);
  --delete: light-dark(#a3372c, #f0a196);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: 0.9em/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { overflow-x: auto; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.6rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 0.8rem; }
h3 { font-size: 1.05rem; margin: 0 0 0.4rem; }
h4 { font-size: 0.85rem; margin: 1rem 0 0.3rem; color: var(--faint); }
p { margin: 0.4rem 0; max-width: 70ch; }
footer, small, .scope { color: var(--faint); }
.home { max-width: 44rem; margin: 0 auto; padding: 4rem 1.2rem; }
.home nav { display: grid; gap: 0.8rem; margin: 1.6rem 0; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
.card { display: block; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; color: var(--ink); text-decoration: none; }
.card:hover { border-color: var(--accent); }
.card strong { display: block; color: var(--accent); font-size: 1.1rem; }
.home footer { margin-top: 3rem; font-size: 0.85rem; }
.top { position: sticky; top: 0; z-index: 1; display: flex; gap: 1.2rem; align-items: baseline; padding: 0.7rem 1.2rem; background: var(--card); border-bottom: 1px solid var(--line); }
.top a:first-child { font-weight: 700; text-decoration: none; }
.top a:last-child { margin-left: auto; }
.reference { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 80rem; margin: 0 auto; }
.reference > nav { position: sticky; top: 3.2rem; align-self: start; max-height: calc(100vh - 3.2rem); overflow: auto; padding: 1.2rem; font-size: 0.85rem; }
.reference > nav ul { list-style: none; margin: 0.3rem 0 1rem; padding: 0; }
.reference > nav a { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.15rem 0; text-decoration: none; color: var(--ink); overflow-wrap: anywhere; }
.reference > nav a:hover { color: var(--accent); }
.reference > main { padding: 1.6rem 1.2rem 4rem; min-width: 0; }
.operation, .schema { padding: 1rem 1.2rem; margin: 0 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.operation:target, .schema:target { border-color: var(--accent); }
.operation h3 { display: flex; gap: 0.7rem; align-items: baseline; overflow-wrap: anywhere; }
.method { flex: none; width: 4.6em; font: 700 0.72rem/1.5 ui-monospace, monospace; color: var(--faint); }
.method.get { color: var(--get); }
.method.post { color: var(--post); }
.method.delete { color: var(--delete); }
.scope { font-size: 0.85rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.35rem 0.6rem 0.35rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tr:first-child > th, tr:first-child > td { border-top: 0; }
th { width: 11rem; font-weight: 400; }
th small { display: block; }
dl { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: 0.2rem 0.6rem; margin: 0; font-size: 0.9rem; }
dt { font-family: ui-monospace, monospace; color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: 0.3rem; }
summary { color: var(--accent); cursor: pointer; }
@media (max-width: 52rem) {
  .reference { display: block; }
  .reference > nav { position: static; max-height: none; border-bottom: 1px solid var(--line); }
  th { width: 38%; }
  .home { padding-top: 2.4rem; }
}
`;

/** As the studio's. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><title>Giverny</title><rect width="32" height="32" rx="8" fill="#24574b"/><path d="M5 20.5c4-2.6 7-2.6 11 0s7 2.6 11 0" fill="none" stroke="#9fd0bd" stroke-width="2" stroke-linecap="round"/><path d="M8 25.2c3-1.700 5-1.700 8 0s5 1.700 8 0" fill="none" stroke="#6aa893" stroke-width="2" stroke-linecap="round"/><path d="M16 17c-4.400-.6-6.200-3-6.200-5.800 2.400.2 4.200 1.200 5 3-.2-2.800.2-5.200 1.200-7.200 1 2 1.400 4.400 1.200 7.200.8-1.800 2.600-2.800 5-3 0 2.800-1.800 5.200-6.200 5.800z" fill="#f3c6d3"/></svg>`;
