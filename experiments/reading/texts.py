"""The words for everything that can be wrong with an input, by code, and for how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.model.facts import Label

TEXTS: Mapping[str, Label] = {
    "no_file": Label("找不到文件“{name}”", "there is no file {name!r}"),
    "too_large": Label("文件过大（{size} 字节，上限 {limit} 字节）", "the file is too large ({size} bytes, at most {limit})"),
    "encoding": Label("文件不是 UTF-8 编码（看起来是 {guess}）", "the file is not UTF-8 (it looks like {guess})"),
    "unreadable": Label("文件无法读取：{problem_zh}", "the file cannot be read: {problem_en}"),
    "not_yaml_file": Label("“{name}”不是 YAML 文件（扩展名应为 .yaml）", "{name!r} is not a YAML file (it should end in .yaml)"),
    "syntax": Label("YAML 语法错误：{problem_zh}", "not valid YAML: {problem_en}"),
    "folder": Label("这是文件夹，不是文件", "this is a folder, not a file"),
    "control": Label("文件里有控制字符（{name}）", "the file holds a control character ({name})"),
    "no_space": Label("键“{key}”的冒号后面缺少空格", "the colon after the key {key!r} needs a space behind it"),
    "name_or_mapping": Label("这里应为名称或“键: 值”的映射，而不是 {given}", "a name or a mapping is expected here, not {given}"),
    "wide_text": Label("“{given}”里有全角字符或特殊空格", "{given!r} holds full-width characters or odd spaces"),
    "hidden": Label("这里有看不见的字符（{name}）", "there is an unseen character here ({name})"),
    "smart_quote": Label("“{given}”用了中文引号或弯引号", "{given} is in curly quotes"),
    "wide_colon": Label("键“{key}”后面是全角冒号", "the key {key!r} is followed by a full-width colon"),
    "tab": Label("缩进里有制表符（Tab）", "a tab is used for indentation"),
    "alias": Label("不支持 YAML 锚点与别名（& 和 *）", "YAML anchors and aliases (& and *) are not supported"),
    "tag": Label("不支持 YAML 标签“{tag}”", "the YAML tag {tag} is not supported"),
    "documents": Label("一个文件只能有一份 YAML 文档", "a file holds one YAML document only"),
    "empty": Label("文件是空的", "the file is empty"),
    "too_deep": Label("嵌套超过 {limit} 层", "nested more than {limit} levels deep"),
    "too_many_keys": Label("这里的键超过 {limit} 个", "there are more than {limit} keys here"),
    "long_key": Label(
        "键“{key}”应在一行之内，不超过 {limit} 字", "the key {key!r} should be one line of at most {limit} characters"
    ),
    "long_text": Label("“{given}”有 {length} 字，上限 {limit} 字", "{given!r} has {length} characters, at most {limit}"),
    "long_ago": Label("{given} 不在 {first} 至 {last} 之间", "{given} does not lie between {first} and {last}"),
    "file_name": Label(
        "文件名里有无法显示的字符（{name}）", "the name of the file holds a character that cannot be shown ({name})"
    ),
    "bad_name": Label(
        "“{name}”不能用作名字：表和图以它为文件名", "{name!r} cannot be a name: tables and pictures are called by it"
    ),
    "more": Label("从这里起还有其他问题，不再逐一列出", "there are more problems from here on, which are not listed"),
    "key_type": Label("键必须是文字", "a key must be text"),
    "duplicate_key": Label("键“{key}”重复（首次出现在第 {first} 行）", "the key {key!r} appears twice (first in line {first})"),
    "unknown_key": Label("未知的键“{key}”", "unknown key {key!r}"),
    "missing_key": Label("缺少键“{key}”", "the key {key!r} is missing"),
    "renamed": Label("“{old}”已改名为“{new}”", "{old!r} is now called {new!r}"),
    "ambiguous_name": Label("有两个文件都叫“{name}”：{one} 和 {other}", "two files are called {name!r}: {one} and {other}"),
    "one_of": Label(
        "应给出 {one} 或 {other} 之一（不能都给，也不能都不给）", "give either {one} or {other}, not both and not neither"
    ),
    "read_as": Label("按 {form} 读取", "read as {form}"),
    "understood": Label("“{given}”即 {meant}", "{given!r} is {meant}"),
    "several_meant": Label("{kind_zh}“{name}”可指 {names}", "the {kind_en} {name!r} may be {names}"),
    "unknown_name": Label("未知的{kind_zh}“{name}”", "unknown {kind_en} {name!r}"),
    "not_text": Label("这里应为文字，而不是 {given}", "text is expected here, not {given}"),
    "not_mapping": Label("这里应为“键: 值”的映射，而不是 {given}", "a mapping (key: value) is expected here, not {given}"),
    "not_list": Label("这里应为列表，而不是 {given}", "a list is expected here, not {given}"),
    "not_bool": Label("这里应为 true 或 false，而不是 {given}", "true or false is expected here, not {given}"),
    "not_allowed": Label("“{given}”不是可选值", "{given!r} is not one of the choices"),
    "not_a_number": Label("“{given}”不是{unit_zh}", "{given!r} is not {unit_en}"),
    "a_range": Label("“{given}”是一个区间，不是一个数", "{given!r} is a range, not a number"),
    "bare_per_head": Label("{given} 亿元/人 太大", "{given} 亿元 a person is too much"),
    "no_start_possible": Label("园区起点无法成立：{problem_zh}", "the park cannot start like this: {problem_en}"),
    "no_funnel": Label(
        "厂房类环节不经过签约、开工（through_funnel: false），新企业将按办公类的小规模进入",
        "entrants of a plant segment without the funnel (through_funnel: false) come in the small size of offices",
    ),
    "comma_number": Label("“{given}”里有逗号，不是{unit_zh}", "{given!r} holds a comma and is not {unit_en}"),
    "not_whole": Label("这里应为整数，而不是 {given}", "a whole number is expected here, not {given}"),
    "not_a_count": Label("“{given}”不是 {low} 至 {high} 的整数", "{given!r} is not a whole number from {low} to {high}"),
    "not_finite": Label("数值必须有限，不能是 {given}", "a number must be finite, not {given}"),
    "unknown_unit": Label("“{given}”的单位“{unit}”无法识别", "the unit {unit!r} of {given!r} is unknown"),
    "wrong_unit": Label("“{given}”的单位不对，这里应为{unit_zh}", "{given!r} has the wrong unit: {unit_en} is expected"),
    "bare_percent": Label("{given} 不是 0 到 1 之间的比重", "{given} is not a share between 0 and 1"),
    "too_small": Label("{given} 低于下限 {low}", "{given} is below the lowest value {low}"),
    "too_large_number": Label("{given} 高于上限 {high}", "{given} is above the highest value {high}"),
    "not_a_quarter": Label("“{given}”不是季度", "{given!r} is not a quarter"),
    "range_length": Label("{form} 需要 {count} 个数", "{form} takes {count} numbers"),
    "range_order": Label("区间次序不对：{given}", "the bounds are out of order: {given}"),
    "forms_mixed": Label("取值写法不完整或互相冲突", "this way of giving a value is incomplete or contradicts itself"),
    "log_uniform_low": Label("{form} 的下限必须大于 0", "{form} needs a lower bound above 0"),
    "deviation": Label("离散度必须大于 0，而不是 {given}", "the deviation must be above 0, not {given}"),
    "fate_twice": Label("去向“{fate}”写了两次", "the fate {fate!r} stands twice"),
    "outside_range": Label("默认值 {given} 不在区间 {low} 到 {high} 内", "the default {given} lies outside {low} to {high}"),
    "sum_not_one": Label("各项之和应为 1，现为 {total}", "the shares must sum to 1, not {total}"),
    "order": Label("{later} 应晚于 {earlier}", "{later} must come after {earlier}"),
    "cycle": Label("extends 循环引用：{chain}", "extends goes round in a circle: {chain}"),
    "no_value": Label("--set 应写成 path=value", "--set takes path=value"),
    "unknown_path": Label("--set 的路径“{path}”不存在", "there is no path {path!r} to set"),
    "year_needs_q4": Label("basis: year 只能在第四季度判定", "basis: year is judged in a fourth quarter only"),
    "fate_impossible": Label("{fate} 不适用于状态为 {status} 的龙头", "{fate} does not apply to an anchor that is {status}"),
    "clock_start": Label(
        "模拟从园区起点的下一季度 {first} 开始，不能是 {given}",
        "the run begins in {first}, the quarter after the park's start, not {given}",
    ),
    "no_aim": Label("政策工具“{lever}”不能指定{aim_zh}", "the lever {lever!r} takes no {aim_en}"),
    "ready_alone": Label("ready 不能与 start、end 同时使用", "ready goes without start and end"),
    "duplicate_name": Label("名字“{name}”已被使用", "the name {name!r} is taken"),
    "outside_declared": Label(
        "{given} 超出声明的区间 {low} 至 {high}", "{given} lies outside the declared range {low} to {high}"
    ),
    "shock_outside": Label("冲击年份不在模拟期 {first} 至 {last} 年内", "the shock lies outside the run, {first} to {last}"),
    "target_outside": Label(
        "期限 {given} 不在模拟期 {first} 至 {last} 内，不予判定", "{given} lies outside the run, {first} to {last}: not judged"
    ),
    "target_part_year": Label(
        "期限 {given} 的全年目标需要完整的一年，模拟从 {first} 才开始，不予判定",
        "the goal for the year to {given} needs the whole year and the run begins in {first}: not judged",
    ),
    "setting_outside": Label(
        "{lever_zh}的设置（{given}）不在模拟期 {first} 至 {last} 内",
        "the setting of {lever_en} ({given}) lies outside the run, {first} to {last}",
    ),
    "unread": Label(
        "所用的政策方案中没有读取它的政策工具（{levers_zh}）",
        "no lever that reads it ({levers_en}) is used by the policies",
    ),
    "after_the_end": Label("{given} 在模拟结束（{last}）之后", "{given} comes after the run's end, {last}"),
    "observed_after": Label(
        "{measure}（{scope}）有实际数据在模拟结束（{last}）之后",
        "figures of {measure} ({scope}) come after the run's end, {last}",
    ),
    "posterior_replaced": Label(
        "不起作用：其中的参数都已在 assumptions 中给出", "without effect: assumptions gives all of its parameters"
    ),
    "posteriors_clash": Label("“{name}”在 {other} 中已有抽样", "{other} holds draws of {name!r} already"),
    "shock_years": Label(
        "years 应为一个年份或 [首年, 末年]，年份为四位整数",
        "years takes one year or [first, last], each a whole number such as 2024",
    ),
    "no_table": Label(
        "没有 trade 时，每个环节要自己给出 value_added_share", "without trade every segment gives its own value_added_share"
    ),
    "table": Label("数据表有误：{problem_zh}", "the table is wrong: {problem_en}"),
    "no_rows": Label("“{file}”中没有 indicator 为“{indicator}”的行", "{file!r} has no row whose indicator is {indicator!r}"),
    "name_differs": Label("name“{name}”与文件名“{stem}”不一致", "the name {name!r} differs from the file's name {stem!r}"),
    "format": Label("不支持的格式版本 {given}，应为 {known}", "format {given} is not supported, only {known}"),
    "format_newer": Label(
        "格式版本 {given} 比本程序新（本程序为 {known}）", "format {given} is newer than this program, which reads {known}"
    ),
    "overlap": Label(
        "政策工具“{lever}”与第 {line} 行的设置在时间和范围上重叠",
        "this setting of the lever {lever!r} overlaps in time and scope with that in line {line}",
    ),
    "invalid": Label("无效：{problem}", "invalid: {problem}"),
    "unknown_factor": Label("“{name}”不是可以变动的因素", "{name!r} is nothing that can vary"),
    "is_design": Label("这是试验设计，不是情景", "this is a design, not a scenario"),
    "no_design": Label("试验设计里没有“{key}”：这是别的文件", "a design has no {key!r}: this is another kind of file"),
    "factor_lacking": Label("情景“{names}”没有“{name}”", "scenario {names!r} has no {name!r}"),
    "lever_replaced": Label(
        "政策方案“{names}”自己也设了“{lever}”：各点都用因素的力度代替它，全程有效",
        "policy {names!r} sets {lever!r} itself: every point puts the level of the factor in its place, for the whole run",
    ),
    "factor_forms": Label(
        "这里应写明因素取哪些值，而不是 {given}", "the values that a factor takes are expected here, not {given}"
    ),
    "factor_follows": Label(
        "“{name}”单独变动与 --set 的结果不同：园区中另有数值随它而定",
        "{name!r} cannot vary by itself: other numbers of the park follow from it, as --set shows",
    ),
    "no_declared_range": Label("“{name}”没有声明区间，需要写出区间或取值", "{name!r} has no declared range: give one, or values"),
    "levels_needed": Label("全组合（factorial）中的区间需要 levels", "a range in a factorial needs levels"),
    "levels_of_values": Label("levels 只用于区间，不用于 values", "levels goes with a range, not with values"),
    "no_values": Label(
        "values 应为非空的列表或“名称: 值”，而不是 {given}", "values takes a list or names with values, not {given}"
    ),
    "value_twice": Label("取值 {given} 重复", "the value {given} stands twice"),
    "factor_twice": Label("因素“{name}”写了两次", "the factor {name!r} stands twice"),
    "default_needed": Label(
        "情景或政策方案里“{name}”另有设置或各不相同，需要写出其他因素变动时它保持的 default",
        "scenarios or policies set {name!r} or differ in it: give the default that it keeps while others vary",
    ),
    "needless_key": Label("method: {method} 不用“{key}”", "method: {method} takes no {key!r}"),
    "key_of_method": Label("method: {method} 需要“{key}”", "method: {method} needs {key!r}"),
    "sobol_size": Label("Sobol 抽样的点数应为 2 的幂，而不是 {given}", "a Sobol sample takes a power of two, not {given}"),
    "too_many_points": Label("点数 {given} 过多，上限 {limit}", "{given} points are too many, at most {limit}"),
    "too_many_runs": Label(
        "{points} 个点 × {pairs} 对情景与政策方案 × {replications} 次重复 = {given} 次运行，过多，上限 {limit}",
        "{points} points × {pairs} pairs of scenario and policy × {replications} replications = {given} runs are too many,"
        " at most {limit}",
    ),
    "library": Label("未安装 {name}", "{name} is not installed"),
    "point_names": Label(
        "每个点都要给出同样的因素；这里多或少了 {names}", "every point gives the same factors; this one differs in {names}"
    ),
    "point_twice": Label("这个点与第 {line} 行的相同", "this point is that of line {line}"),
    "same_ids": Label("两个点的编号同为 {id}", "two points have the id {id}"),
    "sweep_form": Label("应写成 名称=值,值,…", "write name=value,value,…"),
    "sweep_and_factor": Label("--sweep 与 --factor 不能同时使用", "--sweep and --factor do not go together"),
}

HINTS: Mapping[str, Label] = {
    "nearest": Label("是否指“{nearest}”？", "did you mean {nearest!r}?"),
    "allowed": Label("可用：{allowed}", "allowed: {allowed}"),
    "percent": Label("是否指 {percent}%（{share}）？", "did you mean {percent}% ({share})?"),
    "utf8": Label("请另存为 UTF-8 编码（Excel 中选“CSV UTF-8”）", "save it as UTF-8 (in Excel: “CSV UTF-8”)"),
    "shorten": Label("请缩短", "shorten it"),
    "to_remark": Label("请缩短，细节写入 remark", "shorten it, and give the rest as a remark"),
    "rename_file": Label("请给文件改名", "rename the file"),
    "name_of_file": Label(
        '请不用 / \\ : * ? " < > |，不以点开头，不超过 {limit} 字',
        'leave out / \\ : * ? " < > | and a leading dot, and take at most {limit} characters',
    ),
    "plain_space": Label("请删去它，或换成普通空格", "delete it, or put an ordinary space"),
    "one_key": Label("请写出键", "give the key"),
    "year_month": Label("请写成 1999 或 2003-06", "write it like 1999 or 2003-06"),
    "write": Label("请写成 {text}", "write {text}"),
    "per_head": Label("是否指 {number} 万元/人？", "did you mean {number} 万元/人?"),
    "start_totals": Label(
        "检查各环节的企业数、从业人员、人均收入和龙头的用工、收入是否相容，再看 constraints",
        "see whether firms, staff, revenue a head and the anchors' jobs and revenue agree, then the constraints",
    ),
    "update": Label("请更新程序", "update the program"),
    "rename": Label("请改用新名字", "use the new name"),
    "path": Label("请改名，或写出文件路径", "rename one of them, or give the path of the file"),
    "half_colon": Label("请改用半角冒号加空格“: ”", "use an ASCII colon and a space"),
    "spaces": Label("请改用空格缩进", "indent with spaces"),
    "quarter": Label("请写成 {example} 这样的季度", "write a quarter like {example}"),
    "forms": Label(
        "可写成一个数、{{value: 数, range: [低, 高]}}、{{uniform: [低, 高]}}、{{triangular: [低, 众数, 高]}}、"
        "{{log_uniform: [低, 高]}}、"
        "{{normal: [均值, 标准差]}}、{{lognormal: [中位数, 对数标准差]}} 或 {{choice: [甲, 乙]}}",
        "give a number, {{value: x, range: [low, high]}}, {{uniform: [low, high]}}, {{triangular: [low, mode, high]}},"
        " {{log_uniform: [low, high]}}, {{normal: [mean, sd]}}, {{lognormal: [median, sd of log]}} or {{choice: [a, b]}}",
    ),
    "write_out": Label("请把内容直接写出来", "write the value out in full"),
    "example": Label("例如 {example}", "for example {example}"),
    "factor_forms": Label(
        "可写成 {{uniform: [低, 高]}}、{{log_uniform: [低, 高]}}、{{integers: [低, 高]}}、"
        "{{values: [甲, 乙]}}，{{}} 表示声明的区间",
        "give {{uniform: [low, high]}}, {{log_uniform: [low, high]}}, {{integers: [low, high]}}, {{values: [a, b]}},"
        " or {{}} for the declared range",
    ),
    "levels": Label("例如加上 levels: 5", "for example with levels: 5"),
    "delete": Label("请删去它", "delete it"),
    "fewer_points": Label("请减少 levels，或改用抽样", "give fewer levels, or take a sample"),
    "sweep": Label("请用 sweep 命令运行", "run it with the command sweep"),
    "run": Label("情景请用 run 命令运行", "run a scenario with the command run"),
    "fewer_runs": Label("请减少点数或 replications", "give fewer points or replications"),
    "design_of_its_own": Label("请删去它，或把该情景放进另一个试验设计", "delete it, or put that scenario into another design"),
    "scenario_instead": Label("请为每个取值各写一个情景", "write a scenario for each value"),
    "install": Label("请运行 {command}，或改用 method: latin_hypercube", "run {command}, or take method: latin_hypercube"),
    "two_powers": Label("请写成 {low} 或 {high}", "write {low} or {high}"),
    "other_seed": Label("请换一个 seed", "take another seed"),
}
