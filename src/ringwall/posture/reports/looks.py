"""How the page looks: the colours and lengths of the console, by day, by night and on paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#f6f5f1;--surface:#fff;--sunken:#efede7;--ink:#1c2328;
--soft:#565f67;--line:#e3e0d8;--accent:#0d5c63;--accent-soft:#e3eff0;--good:#24663b;
--good-soft:#e6f1e8;--warn:#7a5200;--warn-soft:#fbf1da;--bad:#a32a26;--bad-soft:#fae9e7;
--high:#a8470f;--high-soft:#fbeade;--mid:#755c00;--mid-soft:#f8f0cf;--low:#2f5f96;
--low-soft:#e5edf7;--shadow:0 1px 2px rgb(28 35 40/.04),0 8px 28px rgb(28 35 40/.06)}
@media (prefers-color-scheme:dark){:root{--paper:#14181b;--surface:#1c2226;--sunken:#2a3238;
--ink:#e8e6e1;--soft:#a4adb4;--line:#323a40;--accent:#6fc3c9;--accent-soft:#1d3436;--good:#7fcf98;
--good-soft:#1e3226;--warn:#e0b45c;--warn-soft:#382d17;--bad:#f0908a;--bad-soft:#3d2423;
--high:#f0a878;--high-soft:#3b2a1f;--mid:#dcc063;--mid-soft:#353018;--low:#8fb8e8;
--low-soft:#1f2d3d;--shadow:none}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);line-height:1.55;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,sans-serif}
main,header>div{max-width:70rem;margin:0 auto;padding:0 1.5rem}
main{padding-bottom:4rem}
header{background:var(--surface);border-bottom:1px solid var(--line);padding:2.5rem 0 2rem}
.brand{font-size:.8125rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase;
color:var(--accent);margin:0 0 .5rem}
h1{font-size:2.125rem;line-height:1.15;letter-spacing:-.015em;margin:0 0 .5rem}
h2{font-size:1.375rem;letter-spacing:-.01em;line-height:1.25;margin:3.5rem 0 .375rem}
h3{font-size:1rem;margin:0}
p{margin:.25rem 0}.lead{font-size:1.1875rem;max-width:46rem;margin:0 0 1.25rem}
.soft{color:var(--soft)}.small{font-size:.875rem}h2+.soft{max-width:46rem;margin:0 0 1rem}
code{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:.875em;
overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:1.25rem;font-size:.9375rem}
a{color:var(--accent);text-underline-offset:.2em}
nav a{padding:.375rem 0}
a:focus-visible,summary:focus-visible,.frame:focus-visible{outline:3px solid var(--accent);
outline-offset:2px;border-radius:.375rem}
.bar{display:block;width:100%;height:.625rem;border-radius:.3125rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.75rem;
margin:1.25rem 0 0}
.tile{background:var(--sunken);border-radius:.625rem;padding:.75rem 1rem;font-size:.9375rem;
container-type:inline-size}
.tile b{display:block;font-size:min(1.875rem,24cqi);line-height:1.15;letter-spacing:-.02em;
font-variant-numeric:tabular-nums}
.tile.critical,.critical .mark{background:var(--bad-soft);color:var(--bad)}
.tile.high,.high .mark{background:var(--high-soft);color:var(--high)}
.tile.medium,.medium .mark{background:var(--mid-soft);color:var(--mid)}
.tile.low,.low .mark{background:var(--low-soft);color:var(--low)}
.tile.unknown{background:var(--warn-soft);color:var(--warn)}
.tile.pass{background:var(--good-soft);color:var(--good)}
.informational .mark{background:var(--sunken);color:var(--soft)}
.fail{color:var(--bad)}.unknown{color:var(--warn)}.pass{color:var(--good)}
.list{background:var(--surface);border:1px solid var(--line);border-radius:1rem;
box-shadow:var(--shadow);overflow:hidden;margin:1rem 0}
details+details{border-top:1px solid var(--line)}
summary{cursor:pointer;min-height:3.25rem;padding:.625rem 1.25rem;display:flex;gap:.25rem 1rem;
align-items:center;list-style:none}
summary:hover{background:var(--sunken)}
summary::-webkit-details-marker{display:none}
summary .t{flex:1 1 auto;min-width:0;font-weight:500}
summary .n{color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap}
summary::after{content:"";flex:none;width:.5rem;height:.5rem;border:solid var(--soft);
border-width:0 2px 2px 0;transform:rotate(45deg);margin:-.25rem .125rem 0 0}
details[open]>summary::after{transform:rotate(225deg);margin-top:.25rem}
.mark{flex:none;font-weight:600;font-size:.75rem;line-height:1.5rem;padding:0 .625rem;
border-radius:.75rem;min-width:5.75rem;text-align:center;text-transform:capitalize}
.in{padding:.25rem 1.25rem 1.25rem}
dl{margin:.25rem 0 1rem;display:grid;grid-template-columns:max-content 1fr;gap:.375rem 1.25rem}
dt{color:var(--soft)}dd{margin:0;max-width:46rem;overflow-wrap:anywhere}
ul.rows{list-style:none;margin:0;padding:0}
ul.rows li{border-top:1px solid var(--line);padding:.75rem 0;overflow-wrap:anywhere}
.list>ul.rows{padding:0 1.25rem}.list>ul.rows li:first-child{border-top:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1rem;
margin:1rem 0}
.card{background:var(--surface);border:1px solid var(--line);border-radius:1rem;
box-shadow:var(--shadow);padding:1.125rem 1.25rem;display:flex;flex-direction:column;gap:.5rem}
.big{font-size:1.5rem;font-weight:600;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.frame{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
td,th{text-align:left;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line);
vertical-align:top}
th{font-size:.8125rem;font-weight:600;color:var(--soft);border-top:0}
.when{white-space:nowrap}.num{text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:3.5rem;border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:40rem){main,header>div{padding-left:1rem;padding-right:1rem}
header{padding:1.75rem 0 1.5rem}h1{font-size:1.75rem}.lead{font-size:1.0625rem}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.625rem}summary{flex-wrap:wrap;
padding:.75rem 1rem}summary .t{flex:1 0 100%;order:1}summary .n{margin-left:auto}
.in{padding:.25rem 1rem 1rem}.list>ul.rows{padding:0 1rem}
.tiles{grid-template-columns:repeat(auto-fit,minmax(6.75rem,1fr));gap:.5rem}
.tile{padding:.625rem .75rem;font-size:.875rem}
.card{padding:1rem}.cards{grid-template-columns:1fr}}
@media print{:root{color-scheme:light}body,header{background:#fff}nav,summary::after{display:none}
main,header>div{max-width:none;padding:0}.list,.card{box-shadow:none}
li,.card,tr,summary{break-inside:avoid}h2{break-after:avoid}
details::details-content{content-visibility:visible;display:block;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
