"""How bars with intervals, heat maps and further lines look, in the colours of the page."""

PLOT_STYLE = """
li{max-width:62rem}
nav.short{display:block}
nav.short ul{max-width:none}
.sections{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,36rem),1fr));
grid-auto-flow:dense;gap:0 3rem}
.sections>.full{grid-column:1/-1}
.sections>section{min-width:0}
svg.tall{height:17rem}
.ideal{stroke:var(--faint);stroke-dasharray:3 3;fill:none}
.line.third{stroke:var(--text);stroke-dasharray:2 2}
.line.fourth{stroke:var(--faint);stroke-dasharray:9 3 2 3}
.band{fill:var(--blue);fill-opacity:.14}
.count{fill:var(--faint);fill-opacity:.25}
.whisker{stroke:var(--blue);stroke-width:1.4;fill:none}
.of{display:inline-block;min-width:7rem;color:var(--faint)}
.density{fill:var(--blue)}
.now{stroke:var(--orange);stroke-width:1.4;fill:none}
.keys span{display:inline-flex;align-items:center;gap:.35rem;margin-right:1rem}
.keys svg{width:26px;height:10px;flex:none}
.share{display:inline-block;position:relative;width:5rem;height:.75em;margin-left:.35rem;
border:1px solid var(--line);background:var(--panel)}
.share i{position:absolute;left:0;top:0;bottom:0;width:calc(var(--w)*1%);background:var(--blue);
opacity:.55}
.share b{position:absolute;top:calc(50% - 1px);height:2px;left:calc(var(--a)*1%);
width:calc((var(--b) - var(--a))*1%);background:var(--text)}
.heat td,.heat th{padding:.1rem .3rem;text-align:right;border:1px solid var(--line);
white-space:nowrap;min-width:1.7rem}
.heat th[scope=col]{writing-mode:vertical-rl;transform:rotate(180deg);
text-orientation:sideways;text-align:left;vertical-align:bottom}
.heat th.n{white-space:normal;overflow-wrap:anywhere;min-width:9rem}
.heat th[scope=row]{text-align:left;position:sticky;left:0;background:var(--bg)}
.heat td.f{background:rgba(var(--for),var(--e))}
.heat td.a{background:rgba(var(--against),var(--e))}
.worst h3{font-weight:600;margin:.3rem 0}
.worst .tokens span{text-align:left}
@media screen and (max-width:34rem){.share{display:block;width:3.1rem;margin:0 0 0 auto}
.of{display:block;min-width:0;font-size:.72rem}
.heat th.n{min-width:5.5rem}}
@media print{.sections{display:block}.lead,th{break-after:avoid}
.heat th[scope=row]{position:static}}
"""
