"""How the page looks: light and dark, on a desk, on a phone and on paper."""

STYLE = """
:root{--bg:#fff;--panel:#f6f7f9;--text:#1c2126;--faint:#5b6570;--line:#d5dae0;
--for:37,110,190;--against:214,110,20;--blue:#256ebe;--orange:#b85a08}
@media (prefers-color-scheme:dark){:root{--bg:#14181c;--panel:#1d2227;--text:#e4e8ec;
--faint:#9aa5b0;--line:#3a424a;--for:70,140,220;--against:222,125,40;--blue:#6aaef2;
--orange:#f09a4a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",
"PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.5rem 0}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}
p,dd,li{text-wrap:pretty}
.faint,figcaption,footer{color:var(--faint);font-size:.85rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0}
.wide{overflow-x:auto}
table{overflow-wrap:break-word;border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.15rem .7rem .15rem 0;text-align:left;font-weight:normal;vertical-align:top}
th{color:var(--faint);border-bottom:1px solid var(--line)}
td.r,th.r{text-align:right;white-space:nowrap}
.bar{display:inline-block;width:7rem;height:.7em;border:1px solid var(--line);
background:var(--panel)}
.bar i{display:block;height:100%;width:calc(var(--w)*1%);background:var(--blue)}
.bar.o i{background:var(--orange)}
ul{list-style:none;margin:.5rem 0;padding:0}
li{margin:.3rem 0;padding:.3rem .7rem;background:var(--panel);border-left:4px solid var(--blue)}
li.warning{border-color:var(--orange)}
li b{margin-right:.4rem}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:.5rem 1.5rem;max-width:50rem}
figure{margin:.5rem 0;max-width:24rem;min-width:0;break-inside:avoid}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:10px;fill:var(--faint)}
.axis{stroke:var(--line);fill:none}
.dot,.column{fill:var(--blue);fill-opacity:.65}
.line{fill:none;stroke:var(--blue);stroke-width:1.6;stroke-linejoin:round}
.line.o{stroke:var(--orange);stroke-dasharray:5 3}
.at{fill:var(--blue)}
.at.o{fill:var(--orange)}
.since{stroke:var(--faint);stroke-dasharray:2 2}
.tokens{margin:.7rem 0;line-height:1.2}
.tokens span{display:inline-block;unicode-bidi:isolate;margin:.1rem .08rem;padding:.1rem .25rem;
border-radius:.2rem;text-align:center;vertical-align:top}
.tokens .f{background:rgba(var(--for),var(--e))}
.tokens .a{background:rgba(var(--against),var(--e))}
.tokens i{display:block;font-style:normal;font-size:.65rem;font-variant-numeric:tabular-nums}
article{break-inside:avoid-page;border-top:1px solid var(--line);padding-top:.3rem}
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem}
@media screen and (max-width:34rem){body{padding:.7rem}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}figure{max-width:none}.charts{grid-template-columns:1fr}
.bar{width:2.6rem}th,td{padding-right:.45rem}}
@media print{:root{--bg:#fff;--panel:#f6f7f9;--text:#000;--faint:#444;--line:#bbb;
--for:37,110,190;--against:214,110,20;--blue:#256ebe;--orange:#b85a08}
body{max-width:none;padding:0;font-size:10pt}*{print-color-adjust:exact;
-webkit-print-color-adjust:exact}h2,h3{break-after:avoid}.wide{overflow:visible}}
"""
