const light = `
  --paper: #ffffff; --ink: #1d2329; --muted: #55606b; --rule: #d5dae0; --wash: #f5f7f9; --focus: #1f63b5; --shade: rgb(29 35 41 / 22%);
  --ok: #1a6b3a; --skipped: #55606b; --unknown: #7a5200; --warning: #8a5000; --critical: #b3261e; --failed: #b3261e;
  --series-1: #1f63b5; --series-2: #b4540a; --series-3: #0f766e; --series-4: #8a3b9c; --series-5: #6b6300; --series-6: #a3304f;`

const dark = `
  --paper: #14181c; --ink: #e8ecf0; --muted: #a9b4bf; --rule: #38424c; --wash: #1c2228; --focus: #82b4f5; --shade: rgb(0 0 0 / 75%);
  --ok: #6fd391; --skipped: #a9b4bf; --unknown: #e8bd62; --warning: #f0b050; --critical: #ff9d94; --failed: #ff9d94;
  --series-1: #82b4f5; --series-2: #f0a267; --series-3: #5fc9bd; --series-4: #d9a0e6; --series-5: #cdc35a; --series-6: #f29ab2;`

/**
 * How a page looks: one column, the letters of the machine it is read on, light or dark as its reader has
 * it, and on paper A4 with everything unfolded.
 */
export const style = `
:root { color-scheme: light dark;${light} }
@media screen and (prefers-color-scheme: dark) { :root {${dark} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 48rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.01em; text-wrap: balance; }
h1 { margin: 0; font-size: 2rem; font-weight: 650; }
h2 { margin: 2.75rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--rule); font-size: 1.3rem; font-weight: 650; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1.05rem; font-weight: 650; }
p { margin: .6rem 0; max-width: 42rem; }
ul { margin: .6rem 0; padding-left: 1.3rem; max-width: 42rem; }
li { margin: .25rem 0; }
time, .amount { white-space: nowrap; }
.subtitle { margin: .35rem 0 0; color: var(--muted); }
.verdict { display: flex; gap: .9rem; align-items: flex-start; margin: 1.4rem 0 0; padding: 1rem 1.1rem; max-width: none; background: var(--wash); border: 1px solid var(--rule); border-left: .4rem solid currentColor; border-radius: .3rem; }
.verdict > div { min-width: 0; }
.verdict svg { flex: none; width: 2.1rem; height: 2.1rem; margin-top: .1rem; }
.verdict strong { display: block; font-size: 1.2rem; line-height: 1.3; text-transform: capitalize; }
.verdict .says { color: var(--ink); }
.status { white-space: nowrap; font-weight: 600; }
.status.sentence { white-space: normal; font-weight: 400; }
.status svg { width: .95em; height: .95em; margin-right: .4em; vertical-align: -.1em; }
.outline { fill: currentColor; }
.inside { fill: none; stroke: var(--paper); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.verdict .inside { stroke: var(--wash); }
.is-ok { color: var(--ok); } .is-skipped { color: var(--skipped); } .is-unknown { color: var(--unknown); }
.is-warning { color: var(--warning); } .is-critical { color: var(--critical); } .is-failed { color: var(--failed); }
nav { margin: 1.2rem 0 0; font-size: .92rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: 0; padding: 0; list-style: none; max-width: none; }
nav .many { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
nav li { margin: 0; padding: .1rem 0; }
a { color: var(--focus); text-underline-offset: .2em; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1.1rem 1.5rem; margin: 1.1rem 0; }
.figures > div { display: flex; flex-direction: column; break-inside: avoid; min-width: 0; }
.figures dt { order: 2; color: var(--muted); font-size: .92rem; line-height: 1.35; }
.figures dd { margin: 0; }
.figures .value { order: 1; font-size: clamp(1.35rem, 5vw, 1.75rem); font-weight: 650; line-height: 1.25; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.figures .note { order: 3; color: var(--muted); font-size: .85rem; line-height: 1.35; }
@media (min-width: 42rem) { .figures { grid-template-columns: repeat(4, 1fr); } .figures.by-3 { grid-template-columns: repeat(3, 1fr); } }
/* A shade where there is more to scroll to: the paper moves with the table and covers it at its ends. */
.scroll { overflow-x: auto; margin: 1rem 0; background: linear-gradient(to right, var(--paper) 40%, transparent) 0 / 2.5rem 100%, linear-gradient(to left, var(--paper) 40%, transparent) 100% / 2.5rem 100%, linear-gradient(to right, var(--shade), transparent) 0 / .7rem 100%, linear-gradient(to left, var(--shade), transparent) 100% / .7rem 100%; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
@media screen and (max-width: 39.99rem) { .scroll[tabindex] table { min-width: var(--good); } }
table { width: 100%; border-collapse: collapse; font-size: .92rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
table.dense { font-size: .84rem; }
.dense th, .dense td { padding-right: .6rem; }
caption { padding: 0 0 .4rem; text-align: left; font-weight: 600; }
th, td { padding: .4rem .9rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; box-sizing: content-box; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 600; border-bottom-color: var(--muted); vertical-align: bottom; }
tbody th { font-weight: inherit; }
.right { text-align: right; }
td.whole, tbody th.whole { white-space: nowrap; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
.picture { margin: .5rem 0; }
.picture svg { display: block; width: 100%; height: auto; }
.picture .narrow { display: none; max-width: 28rem; }
@media screen and (max-width: 39.99rem) { .picture .wide { display: none; } .picture .narrow { display: block; } }
.facts { margin: .4rem 0; padding: 0; list-style: none; color: var(--muted); font-size: .9rem; line-height: 1.45; }
details { margin: .8rem 0; }
summary { cursor: pointer; font-weight: 600; }
figure summary { font-weight: 400; font-size: .9rem; color: var(--muted); }
details > .inner { padding-left: 1.1rem; border-left: 2px solid var(--rule); margin-top: .5rem; }
figure details > .inner { padding-left: 0; border-left: 0; }
footer { margin-top: 3rem; padding-bottom: 2.5rem; color: var(--muted); font-size: .9rem; }
footer p { border-top: 1px solid var(--rule); padding-top: .8rem; max-width: none; }
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) " of " counter(pages); font: 8.5pt system-ui, sans-serif; color: #55606b; } }
@media print {
  html { font-size: 10pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  h2 { margin-top: 2rem; }
  figure, .verdict, tr { break-inside: avoid; }
  figure:has(details) { break-inside: auto; }
  figcaption, caption, summary { break-after: avoid; }
  thead { display: table-header-group; break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  .picture { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  .broad th { min-width: 0 !important; }
  .figures { grid-template-columns: repeat(4, 1fr); }
  .verdict, .outline { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
  body:has(.brief) h1 { font-size: 1.6rem; }
  body:has(.brief) .verdict { margin-top: .8rem; padding: .5rem .8rem; }
  .brief .value { font-size: 1.2rem; }
  .brief { font-size: 9pt; line-height: 1.4; }
  .brief h2 { margin: .9rem 0 .3rem; padding-top: .4rem; font-size: 1.15rem; }
  .brief ul { margin: .3rem 0; max-width: none; }
  .brief li { margin: .1rem 0; }
  .brief .figures { grid-template-columns: repeat(auto-fit, minmax(5rem, 1fr)); margin: .5rem 0; }
  .brief + section:not(.brief) { break-before: page; }
  summary { list-style: none; }
  figure summary { display: none; }
  .unprinted { display: none; }
}
`
