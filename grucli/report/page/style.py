"""How pages look: light and dark, on a desk, on a phone and on paper.

`.cards` is a grid of pictures, as many beside each other as there is room for; `.cards.wide` one of
what needs half a screen. Sentences stay narrow enough to be read.
"""

STYLE = """
:root{--bg:#fff;--panel:#f6f7f9;--text:#1c2126;--faint:#56606b;--line:#d5dae0;
--for:37,110,190;--against:214,110,20;--blue:#256ebe;--orange:#b05506}
@media (prefers-color-scheme:dark){:root{--bg:#14181c;--panel:#1d2227;--text:#e4e8ec;
--faint:#a3aeb9;--line:#3a424a;--for:60,125,205;--against:196,106,28;--blue:#6aaef2;
--orange:#f09a4a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:88rem;padding:1rem 1.5rem;background:var(--bg);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",
"PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.5rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}
p,dl,ul{max-width:50rem}
p,dd,li{text-wrap:pretty}
.faint,figcaption,footer{color:var(--faint);font-size:.85rem}
.lead{font-size:1.1rem}
nav{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;font-size:.9rem}
a{color:var(--blue)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0}
.wide{overflow-x:auto}
.wide:not(.cards){background:
linear-gradient(90deg,var(--bg) 1rem,transparent) 0 0/2rem 100% no-repeat local,
linear-gradient(270deg,var(--bg) 1rem,transparent) 100% 0/2rem 100% no-repeat local,
linear-gradient(90deg,var(--line),transparent) 0 0/1rem 100% no-repeat scroll,
linear-gradient(270deg,var(--line),transparent) 100% 0/1rem 100% no-repeat scroll}
table{overflow-wrap:break-word;border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.15rem .7rem .15rem 0;text-align:left;font-weight:normal;vertical-align:top}
th{color:var(--faint);border-bottom:1px solid var(--line)}
td.r,th.r{text-align:right;white-space:nowrap}
td.n{overflow-wrap:anywhere;min-width:6.5rem}
.bar{display:inline-block;width:7rem;height:.7em;border:1px solid var(--line);
background:var(--panel)}
.bar i{display:block;height:100%;width:calc(var(--w)*1%);background:var(--blue)}
.cards .bar{width:5.5rem}
.bar.o i{background:var(--orange)}
ul{list-style:none;margin:.5rem 0;padding:0}
li{margin:.3rem 0;padding:.3rem .7rem;background:var(--panel);border-left:4px solid var(--blue)}
li.warning{border-color:var(--orange)}
li b{margin-right:.4rem}
details{margin:.4rem 0}
summary{color:var(--faint);font-size:.85rem;cursor:pointer}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));
gap:.8rem 1.8rem;align-items:start}
.cards.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,34rem),1fr));gap:1rem 2.5rem}
.cards.maps{grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr))}
.cards>*{min-width:0}
figure{margin:.6rem 0;max-width:44rem;min-width:0;break-inside:avoid}
.cards figure{max-width:none}
figcaption b{display:block;font-weight:600;color:var(--text)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg.plot{width:calc(100% - 4.5rem);height:8rem;margin:1.5rem .8rem 2.3rem 3.7rem}
svg.low{height:5rem}
svg.map{height:11rem}
image{image-rendering:pixelated}
.age{fill:var(--blue);fill-opacity:.3}
svg.plot svg{height:100%}
svg{text-anchor:middle}
svg text{font-size:11px;fill:var(--faint);paint-order:stroke;stroke:var(--bg);stroke-width:2.5px;
stroke-opacity:.8;stroke-linejoin:round}
.rule,.axis{stroke:var(--line);fill:none}
.dot,.column{fill:var(--blue);fill-opacity:.65}
.column{stroke:var(--bg);stroke-width:1}
.line{fill:none;stroke:var(--blue);stroke-width:1.8;stroke-linejoin:round}
.line.o{stroke:var(--orange);stroke-dasharray:6 3}
.s{fill:none;stroke:var(--text);stroke-opacity:.55;stroke-width:1.2;stroke-linejoin:round}
.f1,.f2,.f3{stroke:var(--blue);stroke-opacity:1}
.a1,.a2,.a3{stroke:var(--orange);stroke-opacity:1}
.f1,.a1{stroke-width:1.8}
.f2,.a2{stroke-width:3}
.f3,.a3{stroke-width:4.5}
.bars.f{fill:var(--blue)}
.bars.a{fill:var(--orange)}
.bars.outline{fill-opacity:.12;stroke-width:1.4;vector-effect:non-scaling-stroke}
.outline.f{stroke:var(--blue)}
.outline.a{stroke:var(--orange)}
.window{fill:rgba(var(--for),.14)}
.window.a{fill:rgba(var(--against),.14)}
polyline{vector-effect:non-scaling-stroke}
.since{stroke:var(--faint);stroke-dasharray:2 2}
.mark{stroke:var(--blue)}
.mark.o{stroke:var(--orange);stroke-dasharray:6 3}
.key{margin-right:1rem;white-space:nowrap}
.key::before{content:"";display:inline-block;width:1.4rem;margin-right:.35rem;
border-top:2px solid var(--blue);vertical-align:.25em}
.key.o::before{border-top:2px dashed var(--orange)}
.tokens{margin:.7rem 0;line-height:1.2;max-width:none}
.tokens span{display:inline-block;unicode-bidi:isolate;margin:.1rem .08rem;padding:.1rem .25rem;
border-radius:.2rem;text-align:center;vertical-align:top}
.tokens .f{background:rgba(var(--for),var(--e))}
.tokens .a{background:rgba(var(--against),var(--e))}
.tokens .q{outline:2px solid var(--text)}
.tokens i{display:block;direction:ltr;font-style:normal;font-size:.7rem;
font-variant-numeric:tabular-nums}
article{border-top:1px solid var(--line);padding-top:.3rem}
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem}
@media screen and (max-width:34rem){body{padding:.7rem}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}.bar,.cards .bar{width:2.6rem}table{font-size:.82rem}
th,td{padding-right:.35rem}
th.r,td.w{white-space:normal}td.w span{white-space:nowrap}td.n{min-width:4.5rem}}
@media print{:root{--bg:#fff;--panel:#f6f7f9;--text:#000;--faint:#444;--line:#bbb;
--for:37,110,190;--against:214,110,20;--blue:#256ebe;--orange:#b05506}
html{font-size:13px}body{max-width:none;padding:0;font-size:1rem}*{print-color-adjust:exact;
-webkit-print-color-adjust:exact}h2,h3,figcaption,summary{break-after:avoid}
p{orphans:3;widows:3}tr,li,.lead{break-inside:avoid}.wide:not(.cards){overflow:visible;background:none}.wide{overflow:visible}nav{display:none}
.cards{grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
details::details-content{content-visibility:visible;display:block;height:auto}}
"""
