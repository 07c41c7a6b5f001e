/** The style of the page at `/docs`, light or dark as the reader's system is. */
export const referenceStyle = `
:root { color-scheme: light dark;
  --ink: light-dark(#1c2024, #e9ebee); --soft: light-dark(#545b64, #a9b1bb); --line: light-dark(#d8dce1, #343a42);
  --page: light-dark(#ffffff, #14171a); --sunken: light-dark(#f4f5f7, #1c2025); --accent: light-dark(#0b5cad, #7ab8ff);
  --good: light-dark(#176637, #6fd394); --bad: light-dark(#a8201a, #ff8f87); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: .5rem; top: .5rem; background: var(--page); padding: .5rem; z-index: 2; }
header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
  padding: .6rem 1rem; background: var(--page); border-bottom: 1px solid var(--line); }
h1 { font-size: 1.1rem; margin: 0 auto 0 0; }
h1 small { color: var(--soft); font-weight: normal; }
#access { display: flex; gap: .5rem; align-items: center; }
.columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { padding: 1rem; border-right: 1px solid var(--line); }
nav > div { position: sticky; top: 4.5rem; max-height: calc(100vh - 6rem); overflow-y: auto; }
nav h2 { font-size: .85rem; color: var(--soft); margin: .8rem 0 .2rem; }
nav a { display: block; text-decoration: none; padding: .15rem 0; overflow-wrap: anywhere; }
main { padding: 1rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin-bottom: .6rem; scroll-margin-top: 5rem; }
summary { cursor: pointer; padding: .5rem .75rem; display: flex; flex-wrap: wrap; gap: .2rem .75rem; }
summary b { font-family: ui-monospace, monospace; color: var(--accent); min-width: 4.5em; }
summary code { overflow-wrap: anywhere; }
summary span { color: var(--soft); }
details > div { padding: 0 .75rem .75rem; }
.field { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: .2rem .75rem; margin: .4rem 0; align-items: start; }
.field small { grid-column: 2; color: var(--soft); }
label { color: var(--soft); }
input, select, textarea, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft);
  border-radius: 4px; padding: .3rem .5rem; }
.field input, textarea { width: 100%; }
textarea, pre, code { font-family: ui-monospace, monospace; font-size: 13px; }
textarea { min-height: 9rem; resize: vertical; }
button { cursor: pointer; }
button.send { background: var(--accent); color: var(--page); border-color: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
pre { background: var(--sunken); padding: .6rem; border-radius: 4px; overflow: auto; max-height: 32rem; margin: .5rem 0 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); }
@media (max-width: 50rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  nav { display: none; }
  .field { grid-template-columns: minmax(0, 1fr); } .field small { grid-column: 1; }
}
`;
