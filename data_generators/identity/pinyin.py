"""How Chinese names are spelt in Latin letters.

A name of Faker's with a character that is not listed here does not enter the pools, so that
another version of Faker cannot bring a name without an e-mail address.
"""

#: syllable and the characters read so; of several readings, the one as a family name
_READINGS = (
    "ai 艾 an 安 ba 巴 bai 白柏 ban 班 bao 包鲍 bei 贝 bi 毕 bian 边卞 bin 彬斌 bing 兵 "
    "bo 波博 bu 卜 cai 蔡 cao 曹 cen 岑 chai 柴 chang 常畅 chao 超晁 che 车 chen 陈谌晨 "
    "cheng 程成 chi 池迟 chu 褚储楚 chun 春 cong 丛 cui 崔 dai 戴 dan 丹 dang 党 deng 邓 "
    "di 狄邸 diao 刁 ding 丁 dong 董东冬 dou 窦豆 du 杜都 duan 段 e 鄂 fan 范樊帆 fang 方房芳 "
    "fei 费飞 feng 冯丰封峰凤 fu 傅符付 gan 甘 gang 刚 gao 高郜 ge 葛戈 geng 耿 gong 龚宫巩 "
    "gou 苟勾 gu 顾谷古 guan 关管官 gui 桂 guo 郭国 ha 哈 hai 海 han 韩 hang 杭 hao 郝浩 "
    "he 何贺和 heng 衡 hong 洪红 hou 侯 hu 胡扈 hua 华花 huan 欢 huang 黄 hui 惠慧辉 huo 霍 "
    "ji 纪季吉姬计冀 jia 贾佳 jian 简建健 jiang 江姜蒋 jiao 焦 jie 杰洁 jin 金靳晋 "
    "jing 景荆井敬静晶 ju 鞠 juan 娟 jun 军俊 kai 凯 kang 康 ke 柯 kong 孔 kou 寇 kuang 匡邝 "
    "kun 坤 lai 赖来 lan 蓝兰 lang 郎 lao 劳 lei 雷磊 leng 冷 li 李黎厉利栗丽莉 lian 连廉练 "
    "liang 梁亮 liao 廖 lin 林蔺琳 ling 凌玲 liu 刘柳 long 龙隆 lou 娄楼 lu 卢陆路鲁芦鹿逯璐 "
    "luan 栾 luo 罗骆 lyu 吕 ma 马麻 mai 麦 man 满 mao 毛茅 mei 梅 men 门 meng 孟蒙 mi 米 "
    "miao 苗缪 min 闵敏 ming 明 mo 莫 mu 穆牟慕母 na 那娜 nan 南楠 ni 倪 nie 聂 ning 宁 niu 牛 "
    "nong 农 ou 欧区 pan 潘 pang 庞 pei 裴 peng 彭鹏 pi 皮 ping 平萍 pu 蒲浦普 qi 齐戚祁漆 "
    "qian 钱倩 qiang 强 qiao 乔 qin 秦覃琴 qing 卿 qiu 邱裘仇 qu 曲屈瞿 quan 全权 ran 冉 "
    "rao 饶 ren 任 rong 荣容 ru 茹 ruan 阮 rui 芮瑞 sang 桑 sha 沙 shan 单 shang 尚商 shao 邵 "
    "she 佘 shen 沈申 sheng 盛 shi 石史施时师 shu 舒淑 shuai 帅 si 司 song 宋 su 苏粟宿 sui 隋 "
    "sun 孙 suo 索 tan 谭谈 tang 唐汤 tao 陶涛 teng 滕 tian 田 ting 婷 tong 童佟仝 tu 涂屠 "
    "wan 万 wang 王汪 wei 魏韦卫位伟 wen 温文闻 weng 翁 wu 吴武伍邬巫乌 xi 席奚郗习 xia 夏霞 "
    "xian 冼鲜 xiang 向项相想香 xiao 萧肖小 xie 谢解 xin 辛鑫欣 xing 邢幸 xiong 熊 xiu 修秀 "
    "xu 徐许胥旭 xuan 宣 xue 薛雪 yan 严颜阎闫燕晏鄢言岩艳 yang 杨阳羊洋 yao 姚 ye 叶 "
    "yi 易伊衣 yin 尹殷阴印 ying 应英颖莹 yong 雍勇 you 尤游 yu 于余俞喻虞郁禹宇玉瑜 "
    "yuan 袁苑原元 yue 岳 yun 云 zang 臧 zeng 曾 zha 查 zhai 翟 zhan 詹占湛 zhang 张章 zhao 赵 "
    "zhen 甄珍 zheng 郑 zhi 志芝智 zhong 钟仲 zhou 周 zhu 朱祝诸 zhuang 庄 zhuo 卓 zong 宗 "
    "zou 邹 zu 祖 zuo 左"
)
_SYLLABLES = _READINGS.split()
_SYLLABLE = {
    character: syllable
    for syllable, characters in zip(_SYLLABLES[::2], _SYLLABLES[1::2], strict=True)
    for character in characters
}


def is_readable(name: str) -> bool:
    """Whether every character of a name has a known reading.

    >>> is_readable("王伟"), is_readable("龘")
    (True, False)
    """
    return all(character in _SYLLABLE for character in name)


def pinyin(name: str) -> str:
    """A name in pinyin without tones, as in GB/T 28039 (ü is yu); KeyError if unreadable.

    >>> pinyin("建国"), pinyin("吕")
    ('jianguo', 'lyu')
    """
    return "".join(_SYLLABLE[character] for character in name)
