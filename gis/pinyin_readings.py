"""
Readings that a dictionary of words gets wrong in names of places, families and buildings.

Keys are simplified; one syllable for each character. Longer names go before shorter ones.
"""

from __future__ import annotations

_PLACES = {
    "单县": "shan xian", "重庆": "chong qing", "六安": "lu an", "六合": "lu he",
    "东阿": "dong e", "阿房": "e pang", "番禺": "pan yu", "乐清": "yue qing",
    "乐亭": "lao ting", "乐陵": "lao ling", "蔚县": "yu xian", "铅山": "yan shan",
    "台州": "tai zhou", "天台": "tian tai", "丽水": "li shui", "浒墅关": "xu shu guan",
    "荥阳": "xing yang", "荥经": "ying jing", "莘县": "shen xian", "莘庄": "xin zhuang",
    "牟平": "mu ping", "中牟": "zhong mu", "解州": "xie zhou", "解县": "xie xian",
    "浚县": "xun xian", "渑池": "mian chi", "泌阳": "bi yang", "尉犁": "yu li",
    "长子县": "zhang zi xian", "大城县": "dai cheng xian", "大邑": "da yi", "井陉": "jing xing",
    "繁峙": "fan shi", "隰县": "xi xian", "洪洞": "hong tong", "临朐": "lin qu",
    "鄄城": "juan cheng", "郯城": "tan cheng", "莒县": "ju xian", "柘城": "zhe cheng",
    "厦门": "xia men", "莆田": "pu tian", "长乐": "chang le", "涪陵": "fu ling",
    "綦江": "qi jiang", "北碚": "bei bei", "垫江": "dian jiang", "筠连": "jun lian",
    "珙县": "gong xian", "犍为": "qian wei", "郫都": "pi du", "郫县": "pi xian",
    "邛崃": "qiong lai", "什邡": "shi fang", "阆中": "lang zhong", "会理": "hui li",
    "会稽": "kuai ji", "会昌": "hui chang", "朝阳": "chao yang", "朝天门": "chao tian men",
    "大栅栏": "da shi lan", "百色": "bai se", "枞阳": "zong yang", "歙县": "she xian",
    "黟县": "yi xian", "亳州": "bo zhou", "蚌埠": "beng bu", "砀山": "dang shan",
    "濉溪": "sui xi", "涡阳": "guo yang", "婺源": "wu yuan", "弋阳": "yi yang",
    "耒阳": "lei yang", "郴州": "chen zhou", "汨罗": "mi luo", "黄陂": "huang pi",
    "监利": "jian li", "郧县": "yun xian", "东莞": "dong guan", "莞城": "guan cheng",
    "高要": "gao yao", "大埔": "da bu", "黄埔": "huang pu", "盱眙": "xu yi",
    "邗江": "han jiang", "甪直": "lu zhi", "嵊州": "sheng zhou", "鄞州": "yin zhou",
    "吐鲁番": "tu lu fan", "巴彦淖尔": "ba yan nao er", "牡丹江": "mu dan jiang",
}  # fmt: skip
_FAMILIES = {
    "单": "shan", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao", "任": "ren",
    "曾": "zeng", "华": "hua", "翟": "zhai", "冼": "xian", "员": "yun", "缪": "miao", "黑": "he",
    "解": "xie", "尹": "yin", "覃": "qin", "乐": "yue", "召": "shao", "种": "chong", "折": "she",
    "牟": "mou", "葛": "ge", "燕": "yan", "宁": "ning", "祭": "zhai", "郗": "xi", "佴": "nai",
    "逄": "pang", "戢": "ji", "车": "che", "秘": "bi", "繁": "po", "费": "fei", "洗": "xian",
    "晟": "cheng", "尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "长孙": "zhang sun",
    "令狐": "ling hu", "鲜于": "xian yu", "宰父": "zai fu", "夏侯": "xia hou",
}  # fmt: skip
_OF_FAMILIES = {
    "家": "jia", "府": "fu", "氏": "shi", "庄": "zhuang", "村": "cun", "湾": "wan", "坝": "ba",
    "寨": "zhai", "祠": "ci",
}  # fmt: skip
_NUMBERED = {"幢": "zhuang", "栋": "dong", "弄": "long", "座": "zuo", "大厦": "da sha"}
_NO_FAMILY = frozenset({"华村", "华庄", "宁村", "宁家", "乐村", "任村", "区府", "折家", "车村"})

READINGS: dict[str, str] = {
    **_NUMBERED,
    **{
        f"{name}{place}": f"{said} {how}"
        for name, said in _FAMILIES.items()
        for place, how in _OF_FAMILIES.items()
        if f"{name}{place}" not in _NO_FAMILY
    },
    **_PLACES,
}
"""Name in simplified characters to its syllables, set apart by spaces."""
