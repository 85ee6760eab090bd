"""Made-up names: courtyards, lanes, workers. None is taken from a real place or person."""

from __future__ import annotations

from collections.abc import Iterator

from sample_geodata.blocks import Rng
from sample_geodata.plan import Use


def _words(text: str) -> list[str]:
    return text.split()


_LANES = _words(
    """
    桂花 竹林 水井 油坊 文庙 书院 石榴 打铜 盐店 米市 马家 陈家 罗汉 青石 半边
    天灯 灯杆 栀子 红星 建设 工农 新民 和平 团结 前进 光明 胜利 向阳 朝阳 民主
    解放 友谊 府前 后营 东园 西园 北园 皂角 黄桷 银杏 芙蓉 海棠 蜡梅 茶花 金沙
    玉带 双凤 三元 四方 五福 六合 七星 八仙 九龙 合江 会仙 凉亭 望江 听涛 燕子
    白塔 龙门 凤池 荷塘 藕香 稻香 麦田 桑园 蚕市 织布 染坊 酒坊 糖坊 豆腐 草鞋
    箍桶 骡马 牛市 鱼市 菜园 果园 花园 小桥 流杯 洗墨 状元 文昌 武庙 城隍 火神
    川主 南华 万寿 禹王 关帝
    """
)
_OLD = _words(
    """
    棉纺厂宿舍 粮食局家属院 供销社宿舍 水泥厂家属区 邮电局宿舍 农机厂家属院 县一中教工宿舍
    航运公司宿舍 百货公司家属院 食品厂宿舍 丝绸厂家属区 电力公司宿舍 运输公司家属院
    建筑公司宿舍 印刷厂宿舍 酒厂家属区 化肥厂宿舍 税务局家属院 林业局宿舍 水电局家属院
    医院职工宿舍 蚕茧站宿舍 文化馆宿舍 广播站家属院 盐业公司宿舍 烟草公司家属院
    石油公司宿舍 木材公司家属院 物资局宿舍 外贸公司家属院 商业局宿舍 二轻局家属院
    工商所宿舍 房管所院落 搬运社宿舍 铁路工区宿舍 机械厂北院 机械厂南院 皮革厂宿舍
    陶瓷厂家属院
    """
)
_OLD_SECOND = _words(
    """
    红星 建设 新村 向阳 胜利 和平 团结 朝阳 光明 幸福 文庙 书院 黄桷 桂湖 柳荫
    东方 望江 南苑 北苑 西苑
    """
)
_OLD_ENDS = ("新村", "小区", "大院", "楼院")
_NEW = _words(
    """
    锦绣苑 云溪雅居 滨江花园 南屏首府 玉带华庭 江山名邸 溪语澜湾 翡翠城 金沙国际
    凤池天境 望江公馆 柳岸风华
    """
)
_RESETTLED = _words(
    """
    安康 兴旺 和顺 惠民 新源 福临 云景 宜居 祥和 锦程 顺江 康乐 柳湾 石桥 锦屏
    东升 永安 泰和 嘉禾 春晖 长乐
    """
)
_RESETTLED_ENDS = ("家园", "苑", "安置小区")
_COMMERCIAL = _words(
    """
    云溪商业广场 锦屏商贸城 迎宾国际公寓 金桥商务中心 滨河风情街 南门商城 星汇公寓
    柳湾商业中心 万家时代广场 石桥财富中心 东门商住楼 玉带公寓 站前商厦 西城商务港
    蜀南大厦 江湾天街 福源商城 德馨公寓
    """
)
LONG_NAMES: dict[Use, str] = {
    "old": (
        "云溪街道二〇〇九年老旧小区综合改造工程统建住宅楼"
        "（原南屏县第二丝绸纺织印染厂职工家属区东院）"
    ),
    "resettlement": "滨河路片区棚户区改造及云溪河防洪堤建设项目征地拆迁安置小区（一期）",
}
_YARDS: dict[Use, tuple[str, ...]] = {
    "school": ("云溪小学", "南屏县第三中学", "柳湾小学", "石桥小学"),
    "kindergarten": ("云溪幼儿园", "锦屏幼儿园", "小树苗幼儿园", "柳湾幼儿园"),
    "hospital": ("南屏县中医医院",),
    "mill": ("南屏丝绸印染厂",),
    "offices": ("云溪街道办事处",),
}
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹"
    "苏潘葛范彭鲁韦马方袁柳史唐薛雷贺倪汤罗郝毕安常于傅"
)
_GIVEN = (
    "云溪晓岚明远思齐文静雨桐建国秀兰志强丽华子涵俊杰春梅海燕国平玉珍永康小红佳怡立新"
    "长青淑芳浩然雪梅光辉艳秋德明桂英宏伟静怡"
)


def lane_names(rng: Rng) -> Iterator[str]:
    """Names of streets and lanes, each once, in an order of the generator's own."""
    for k in rng.permutation(len(_LANES)):
        yield f"{_LANES[k]}{'街' if rng.random() < 0.2 else '巷'}"
    n = 1
    while True:
        yield f"新开{n}巷"
        n += 1


def courtyard_names(rng: Rng) -> dict[Use, Iterator[str]]:
    """For each use an endless row of names, each once, a long one among the first."""
    old = [*(_OLD[k] for k in rng.permutation(len(_OLD))), *_joined(_OLD_SECOND, _OLD_ENDS)]
    resettled = [f"{n}{_RESETTLED_ENDS[k % 3]}" for k, n in enumerate(_RESETTLED)]
    pools: dict[Use, list[str]] = {
        "old": old,
        "new": list(_NEW),
        "resettlement": resettled,
        "commercial": list(_COMMERCIAL),
        **{use: list(names) for use, names in _YARDS.items()},
    }
    for use, name in LONG_NAMES.items():
        pools[use].insert(4, name)
    return {use: _endless(pool) for use, pool in pools.items()}


def _joined(stems: list[str], ends: tuple[str, ...]) -> list[str]:
    return [f"{s}{e}" for e in ends for s in stems]


def _endless(names: list[str]) -> Iterator[str]:
    yield from names
    n = 2
    while True:
        yield from (f"{name}{n}期" for name in names)
        n += 1


def worker_names(rng: Rng, count: int) -> list[str]:
    """Made-up names of two or three characters, each once."""
    made: list[str] = []
    while len(made) < count:
        given = "".join(rng.choice(list(_GIVEN), size=int(rng.choice([1, 2, 2, 2]))))
        name = f"{rng.choice(list(_SURNAMES))}{given}"
        made += [name] if name not in made else []
    return made
