"""The Chinese of the command line: one text for each English one, by its first line."""

from __future__ import annotations

from gis.contracts import LAYERS

HELP: dict[str, str] = {
    # the command itself
    "Keep the map of a city's neighbourhood grids.": "管理城市社区网格的地图。",
    "Show this message and exit.": "显示本说明并退出。",
    "Show the version and exit.": "显示版本并退出。",
    "The private PostGIS: start, stop, status, url, reset, psql.": (
        "私有 PostGIS：启动、停止、状态、地址、清空、psql。"
    ),
    # db
    "The private PostGIS of this folder.": "本目录的私有 PostGIS。",
    "Open psql on the private database; further arguments go to psql.": (
        "在私有数据库上打开 psql；其余参数交给 psql。"
    ),
    "Delete the private database and all that is in it.": "删除私有数据库及其全部内容。",
    "Do not ask.": "不再询问。",
    "Start it, making it first when there is none; its address goes to stdout.": (
        "启动数据库，没有时先创建；地址写到标准输出。"
    ),
    "Also listen on a free port of 127.0.0.1.": "同时监听 127.0.0.1 的一个空闲端口。",
    "Tell whether it is there and answers; exit code 1 when it does not.": (
        "说明数据库是否存在、能否应答；不能应答时退出码为 1。"
    ),
    "Stop it; sessions are cut off, what is committed stays.": (
        "停止数据库；会话中断，已提交的内容保留。"
    ),
    "Print the address, for psql, QGIS, GDAL or WANGGE_DATABASE_URL.": (
        "输出地址，供 psql、QGIS、GDAL 或 WANGGE_DATABASE_URL 使用。"
    ),
    "The TCP address, with its password.": "带密码的 TCP 地址。",
    # audit
    "The audit trail: seal, verify, export, head, prune.": (
        "审计记录：封存、校验、导出、链头、清理。"
    ),
    "Seal what was written down so far; the service does so by itself.": (
        "封存至今的审计记录；服务运行时会自动封存。"
    ),
    "Seconds to wait for transactions under way.": "等待进行中事务的秒数。",
    "Check every row and seal; exit code 1 and the first broken place if it does not hold.": (
        "校验每一行和每个封条；不成立时退出码为 1，并指出第一处。"
    ),
    "A head kept elsewhere, as `wangge audit head` printed it.": (
        "另存的链头，即 `wangge audit head` 的输出。"
    ),
    "Print number and head of the newest batch, to be kept elsewhere.": (
        "输出最新一批的编号和链头，请另行保存。"
    ),
    "Write the trail, oldest first, to a file or stdout.": "把审计记录从旧到新写到文件或标准输出。",
    "JSON Lines that anybody can check, or CSV for a spreadsheet.": (
        "任何人都能校验的 JSON Lines，或供电子表格使用的 CSV。"
    ),
    "File to write; - is stdout.": "要写的文件；- 为标准输出。",
    "Delete whole batches sealed longer ago than WANGGE_AUDIT_DAYS; their seals stay.": (
        "删除封存超过 WANGGE_AUDIT_DAYS 天的整批记录；封条保留。"
    ),
    # daily
    "Everything that wants doing once a day.": "每天该做的各项工作。",
    "Back up, seal and prune the audit trail, and forget staff who are long gone.": (
        "备份、封存并清理审计记录，删除早已离岗人员的信息。"
    ),
    "Folder for a checked backup of each day of the week, and the audit head of each day.": (
        "存放一周内每天一份已校验备份和每天审计链头的文件夹。"
    ),
    # doctor
    "Examine settings and database; exit code 1 when something wants mending.": (
        "检查设置和数据库；有故障时退出码为 1。"
    ),
    # backup, restore
    "Write a backup, and check that it comes back.": "写出备份，并检查能否恢复。",
    "Write the database to FILE, restore it into a scratch database and compare.": (
        "把数据库备份到文件，恢复到临时数据库并比对。"
    ),
    "Restore it into a scratch database and compare, or leave that out.": (
        "恢复到临时数据库并比对，或跳过这一步。"
    ),
    "Bring a backup back in the place of the database.": "用备份恢复数据库。",
    "Restore FILE in the place of the database, all of it or nothing.": (
        "用备份文件恢复数据库，要么全部成功，要么不变。"
    ),
    "Put it in the place of a database that is not empty, which is renamed and kept.": (
        "替换非空的数据库；原数据库改名保留。"
    ),
    # divide-all
    "Divide every community of the database, on all cores or a cluster.": (
        "划分数据库中的全部社区，可用全部核心或集群。"
    ),
    "Divide every community of the database and store each result as a draft.": (
        "划分数据库中的全部社区，结果各存为草稿方案。"
    ),
    "An existing Dask cluster, such as tcp://host:8786.": (
        "已有的 Dask 集群，如 tcp://host:8786。"
    ),
    "Processes on this machine; all cores if unset.": "本机进程数；不填则用全部核心。",
    "Write the outcome of each community there, as JSON.": "把各社区的结果以 JSON 写到此文件。",
    # demo, migrate, serve
    "Start everything with the sample and serve it, until Ctrl-C.": (
        "载入示例数据，启动全部服务，按 Ctrl-C 结束。"
    ),
    "Start everything with the sample and serve it.": "载入示例数据并启动全部服务。",
    "Only prepare the database.": "只准备数据库。",
    "Bring the database to the schema of this version.": "把数据库升级到本版本的结构。",
    "Serve what the database holds, until Ctrl-C.": "提供 HTTP 服务，按 Ctrl-C 结束。",
    "Serve the HTTP face.": "提供 HTTP 服务。",
    "Address to listen on; else WANGGE_HOST.": "监听地址；未给出时用 WANGGE_HOST。",
    "Port; 0 takes a free one.": "端口；0 表示任选一个空闲端口。",
    "One face alone: my, the page of grid workers.": "只提供一个入口：my 为网格员页面。",
    # circles update, coverage, site
    "Compute reach, circles, gaps and coverage of the database and store them.": (
        "计算数据库中的步行可达、服务圈、盲区与覆盖率并存储。\n\n"
        "一次性替换同名配置的原有结果；只有道路、出入口、围墙或设施有变化之处才重绘服务圈。"
    ),
    "Who walks through gates.": (
        "出入口通行规则：open 任何人，residents 居民走本小区出入口，shut 关闭。"
    ),
    "Only communities whose codes begin so.": "只计算代码以此开头的社区。",
    "Name to store it under.": "存储用的配置名称。",
    "Tell who reaches what on foot in an area.": "显示一个区划内各类设施的步行覆盖率。",
    "Tell which share of an AREA reaches each facility kind on foot.": (
        "显示一个区划内步行可达各类设施的比例。\n\n"
        "参数为社区、街道或区县的代码；数据由 `wangge circles update` 存储。"
    ),
    "Figures of the whole area, or of each of its published grids or courtyards.": (
        "按整个区划(area)、各已发布网格(grid)或各小区(courtyard)统计。"
    ),
    "What is counted.": "统计对象：户数、楼栋、人口、老年人、重点人员。",
    "Compare with the last figures of that day or before.": "与该日或之前最近一次的数据比较。",
    "Compare with what a scenario would change; nothing is stored.": (
        "与情景文件中的变化比较；不存储任何结果。"
    ),
    "What a community lacks: kinds inside it, stations near courtyards, floor area.": (
        "检查社区缺什么：辖区内的设施类别、小区附近的驿站、用房面积。"
    ),
    "With --checks: the kind every courtyard should have near.": (
        "与 --checks 同用：每个小区附近应有的设施类别。"
    ),
    "With --checks: metres that are near.": "与 --checks 同用：多少米算附近。",
    "Which stored walk.": "使用哪个已存储的配置。",
    "Suggest where to build next for a facility kind.": "为一类设施建议下一步选址。",
    "Suggest where to open a facility of KIND, so that most households reach one on foot.": (
        "建议在何处新设一类设施，使最多住户步行可达。\n\n"
        "已有设施计算在内；同时说明方案好到什么程度；结果会存储并显示在地图上。"
    ),
    "How many places.": "选几处。",
    "Count only the households of this community.": "只统计该社区的住户。",
    "All buildings, idle premises, or points of a file (facility_id, name).": (
        "候选点：全部楼栋、闲置房屋，或文件中的点（facility_id、name）。"
    ),
    "Cutoff.": "时限（分钟）。",
    "adult, elder, frail, or metres a second.": "adult 成人、elder 老人、frail 体弱，或每秒米数。",
    "Look for the best with an integer program.": "用整数规划求最优。",
    # circles
    "Tell who reaches which facilities on foot; draw circles and gaps.": (
        "计算步行可达的设施，绘制服务圈与盲区。"
    ),
    "Tell who reaches which facilities on foot, and draw service circles and gaps.": (
        "计算各楼栋步行可达哪些设施，绘制服务圈与盲区。\n\n"
        "每个“文件”可以是文件名，或 文件.gpkg:图层；含多个图层的 GeoPackage 取名称相符的图层。"
        "写出图层 reach、circles、gaps（见 docs/circles.md）。"
    ),
    "Streets people walk on.": "可步行的道路。",
    "Facilities with their kinds.": "设施及其类别。",
    "Courtyards; closed ones are left by gates only.": "小区；封闭小区只能由出入口进出。",
    "Gates of courtyards, and who walks through them; may be given twice.": (
        "小区出入口文件，以及通行规则：residents 居民，open 任何人，shut 关闭；可写两次。"
    ),
    "Rivers, railways and walls.": "河流、铁路、围墙。",
    "Areas, for figures by community.": "区划，用于分社区统计。",
    "OpenStreetMap extract for the layers that have no file.": (
        "OpenStreetMap 数据，补足没有文件的图层。"
    ),
    "Walking times, each by itself.": "步行分钟数，各自单独计算。",
    "Metres a second, or adult, elder, frail; several with commas.": (
        "每秒米数，或 adult 成人、elder 老人、frail 体弱；多个用逗号分隔。"
    ),
    "Who walks through gates; the same as a word after --gates.": (
        "出入口通行规则，同 --gates 后的单词。"
    ),
    "Which streets are walked: usual takes private ways, wide cycleways too, narrow neither.": (
        "哪些道路可步行：usual 含内部道路，wide 另含自行车道，narrow 都不含。"
    ),
    "Kinds with commas, a preset, or a TOML file.": "设施类别（逗号分隔）、预设名称或 TOML 文件。",
    "The layers to write.": "要写出的图层文件。",
    "Only what is open then, such as 'Sa 20:00'.": "只计此时开放的设施，如“周六 20:00”。",
    "Metres to the street at most.": "到道路的最远米数。",
    "Write figures, settings and remarks there.": "把各项数据、设置和提示写到此文件。",
    # divide
    "Divide buildings into grids, from file to file.": (
        "把楼栋划分为网格，从文件到文件。\n\n"
        "每个“文件”可以是文件名，或 文件.gpkg:图层；含多个图层的 GeoPackage 取名称相符的图层。"
        "结果为网格包（见 docs/grid-package.md），可用 QGIS 打开。"
    ),
    "Buildings with households.": "楼栋及户数。",
    "Courtyards with their kinds.": "小区及其类型。",
    "Areas; each community is divided by itself.": "区划；各社区分别划分。",
    "Rivers, railways, arterials.": "河流、铁路、主干道。",
    "Gates of courtyards.": "小区出入口。",
    "Streets, with bridges.": "道路，含桥。",
    "Stairwells with their households.": "单元及户数。",
    "Package of base grids that no grid may cross, for micro grids.": (
        "基础网格包，划分微网格时任何网格不得跨越。"
    ),
    "Base plan that micro grids nest in.": "微网格所属的基础网格方案。",
    "Column of the buildings to divide by.": "按楼栋的哪一列划分。",
    "A preset or a TOML file.": "预设名称或 TOML 文件。",
    "The grid package to write.": "要写出的网格包。",
    "Write the figures of the division there.": "把划分的各项数据写到此文件。",
    "Same seed, same division.": "种子相同，划分相同。",
    "Share of the cap to use, instead of the rule set's.": "目标占用率，取代规则中的值。",
    "Exactly this many grids in each community.": "每个社区恰好划分为这么多网格。",
    "Encoding of dbf and CSV files.": "dbf 与 CSV 文件的编码。",
    "EPSG:n, cgcs2000-3deg, gcj02 or bd09, for all files.": (
        "所有文件的坐标系：EPSG:n、cgcs2000-3deg、gcj02 或 bd09。"
    ),
    "TOML file that maps column headings.": "列名对照的 TOML 文件。",
    "Write nothing when any row is at fault.": "有任何一行有误时不写出。",
    # account
    "Who may sign in: add, passwd, disable, enable, list, token.": (
        "账号：新建、改密码、停用、启用、列表、令牌。"
    ),
    "Make an account; whoever signs in first has to change the password.": (
        "新建账号；首次登录须修改密码。"
    ),
    "What the account may do.": "账号的角色。",
    "12 digits; several times.": "12 位区划代码，可多次给出。",
    "15 digits; several times.": "15 位网格代码，可多次给出。",
    "Without bounds, instead of --area and --grid.": "不限范围，代替 --area 和 --grid。",
    "The worker of the roster whose account it is.": "账号所属的网格员代码。",
    "For programs: the password need not be changed first.": "供程序使用：无须先修改密码。",
    "Read the password from standard input.": "从标准输入读取密码。",
    "Give an account another password; its sessions and tokens end.": (
        "重设账号密码；其登录和令牌随即失效。"
    ),
    "The owner chose it: it need not be changed at login.": ("密码由本人选定，登录后不必修改。"),
    "Let an account sign in no more and end its sessions and tokens.": (
        "停用账号，其登录和令牌随即失效。"
    ),
    "Let a disabled or locked account sign in again.": "启用已停用的账号，或解除锁定。",
    "List the accounts by name.": "按名称列出账号。",
    "Make a token of an account; its text is shown once.": "为账号新建令牌，内容只显示一次。",
    "What the token is for.": "令牌的用途。",
    "It may change what the account may; else it reads.": (
        "可写入账号有权写入的内容；不填则只读。"
    ),
    "Narrower than the account.": "比账号更小的范围。",
    "Last day; in 90 days if unset.": "最后一天；不填则为 90 天后。",
    # staff
    "Workers and posts: team templates, vacancies, chains, retention.": (
        "网格员与岗位：队伍模板、缺岗、责任链、留存期限。"
    ),
    "Let a team TEMPLATE (preset or TOML file) hold in AREA and below; without: list them.": (
        "让队伍模板（预设或 TOML 文件）在区划及其下级生效；不带参数则列出。"
    ),
    "Let the template of the area above hold again.": "改为沿用上级区划的模板。",
    "List the seats of the team templates that nobody fills, in AREA or everywhere.": (
        "列出队伍模板要求而无人在岗的岗位，可限于一个区划。"
    ),
    "Write every gap there: .xlsx or .csv.": "把全部缺岗写入文件：.xlsx 或 .csv。",
    "Show everybody who answers for BUILDING, from the widest level to the narrowest.": (
        "显示一栋楼的整条责任链，由上级到下级。"
    ),
    "Erase names and phones of WORKERS who are gone, or of all gone for so long; posts stay.": (
        "删除已离岗人员的姓名和电话（指定编号，或全部超过留存期限的）；岗位记录保留。"
    ),
    "Days since; else the setting's.": "离岗天数；不填则用设置值。",
    "Day whose state is asked for; today if unset.": "查询哪一天的状态；不填则为今天。",
    # embed
    "Keys by which other sites embed maps: add, list, show, revoke.": (
        "供其他网站嵌入地图的密钥：新建、列出、查看、吊销。"
    ),
    "Make a key for AREA (12 digits) and the areas below it; its text is shown once.": (
        "为一个区划（12 位代码）及其下级新建密钥；密钥文本只显示一次。"
    ),
    "What it opens; everything it can if unset.": "密钥包含的图层；不填则为全部可选图层。",
    "Site whose pages may show it; may be given several times; none: no other site.": (
        "允许嵌入的网站，可写多次；不填则不允许任何其他网站。"
    ),
    "Last day; a year from today if unset.": "最后有效日；不填则为一年。",
    "Days it works, instead of --until.": "有效天数，可代替 --until。",
    "What it is for; seen by you alone.": "用途备注；仅管理员可见。",
    "Office to ask when it has ended; anyone may see it.": "失效后的联系单位；任何人可见。",
    "List the keys by number, newest first; their text is stored nowhere.": (
        "按编号列出密钥，新的在前；密钥文本不保存。"
    ),
    "Also those that have ended.": "也列出已失效的。",
    "Show what the key of number KEY_ID opens, for whom and until when.": (
        "显示密钥包含的内容、允许的网站与期限。"
    ),
    "End the key of number KEY_ID; open pages stop within seconds.": (
        "吊销密钥；已打开的页面数秒内停止显示。"
    ),
    # export
    "Write what holds of LAYER on a day to a file.": "把图层在某日有效的内容写到文件。",
    "Write a layer to a file.": "把图层写到文件。",
    "File; its extension tells the format.": "文件；格式由扩展名决定。",
    "EPSG:4547, gcj02, bd09 ...": "EPSG:4547、gcj02、bd09 等。",
    "Only what lies in this area, of any level.": "只导出此区划（任何级别）内的内容。",
    "Only this kind.": "只导出此类别。",
    "The day; today when not given.": "日期；未给出时为今天。",
    "Of Shapefiles and CSV.": "Shapefile 与 CSV 的编码。",
    "Headings of the columns.": "列名用规范名（canonical）还是中文（zh）。",
    # import
    "Check files and store their rows; bad rows wait in a run with their faults.": (
        "检查文件并入库；不合格的行连同原因留在批次中待处理。"
    ),
    "Check files and store their rows.": "检查文件并入库。",
    "Import every layer of a GeoPackage, folder or zip, owners first, in one transaction.": (
        "在一个事务中导入 GeoPackage、文件夹或 zip 的全部图层，先上级后下级。"
    ),
    "Import an OpenStreetMap extract; households are estimated and marked so.": (
        "导入 OpenStreetMap 数据；户数为估算并注明。"
    ),
    "Store nothing when any row is bad.": "有任何一行不合格时全部不入库。",
    "Retire what the file does not name.": "停用文件中没有的对象。",
    "Code of the community that the file is of.": "文件所属社区的代码。",
    "EPSG:4547, cgcs2000-3deg, gcj02, bd09 ...; overrules the file.": (
        "EPSG:4547、cgcs2000-3deg、gcj02、bd09 等；优先于文件自带的坐标系。"
    ),
    "Of the text in Shapefiles and CSV; detected without it.": (
        "Shapefile 与 CSV 的文字编码；未给出时自动识别。"
    ),
    "TOML file that says which heading is which column.": "说明列名对应关系的 TOML 文件。",
    "Which layer of a file that has several.": "文件含多个图层时取哪一个。",
    "Write every fault there: .json, .xlsx, else text.": (
        "把全部问题写到此文件：.json、.xlsx，其他为文本。"
    ),
    "List the runs in which rows wait.": "列出有待处理行的批次。",
    "Also runs in which no row waits.": "也列出没有待处理行的批次。",
    "Show the rows of a run that wait, with their faults.": "显示批次中待处理的行及原因。",
    "Check waiting rows again, or import FILE, in which they were mended.": (
        "重新检查待处理的行，或导入已改正的文件。"
    ),
    "Give up the rows of a run that wait.": "放弃批次中待处理的行。",
    "Tell when a thing of LAYER was retired and when it came back.": (
        "列出图层中某一对象何时停用、何时恢复。"
    ),
    # osm
    "Turn an OpenStreetMap extract into layers.": (
        "把 OpenStreetMap 数据转换为图层。\n\n"
        "读取 *.osm、*.osm.gz、*.osm.bz2 与 *.osm.pbf，写出道路、阻隔、出入口、小区、楼栋与设施"
        "图层。户数为估算，逐一注明。"
    ),
    "*.gpkg": "要写出的 *.gpkg 文件。",
    "Keep what lies in the polygons of this file (any vector format).": (
        "只保留此文件中多边形内的内容（任意矢量格式）。"
    ),
    "Keep what lies in this box.": "只保留此范围内的内容。",
    "Gross floor area of one dwelling, for estimates.": "估算时每套住房的建筑面积（平方米）。",
    "Floors of a building of homes that has none written down.": "未注明层数的住宅按此层数估算。",
    # plan
    "Divide, show, publish and hand over plans.": "方案的划分、查看、发布与交接。",
    "Turn grids drawn by hand into a draft of COMMUNITY; the first keep their codes.": (
        "把手工绘制的网格变为社区的草稿方案；首次采用时沿用原编码。"
    ),
    "Take back the publication of PLAN_ID before its first day; it is a draft again.": (
        "在生效日前撤回方案的发布，使其恢复为草稿。"
    ),
    "Why it is withdrawn.": "撤回的原因。",
    "File with the standing grids as polygons and their codes.": "现状网格（多边形及编码）文件。",
    "Coordinate system of the file, such as gcj02.": "文件的坐标系，如 gcj02。",
    "Preset or TOML file.": "预设名称或 TOML 文件。",
    "Who does it.": "操作人。",
    "Divide COMMUNITIES (12-digit codes) and store each result as a draft.": (
        "划分社区（12 位代码，可多个），结果存为草稿方案。"
    ),
    "Share of the cap to use.": "目标占用率（占上限的比例）。",
    "Name of the plan.": "方案名称。",
    "List what PLAN_ID hands over: building, grids, people and day.": (
        "列出方案的交接清单：楼栋、网格、人员与日期。"
    ),
    "An .xlsx or .json file; JSON on the screen when not given.": (
        ".xlsx 或 .json 文件；未给出时在屏幕输出 JSON。"
    ),
    "List plans, newest first.": "列出方案，新的在前。",
    "Only the plans of this community.": "只列此社区的方案。",
    "Draw PLAN_ID as one HTML file that opens with no network.": (
        "把方案画成一个无需联网即可打开的 HTML 文件。"
    ),
    "The .html file to write.": "要写出的 .html 文件。",
    "Write the wall map, the register or the sheets of all grids of PLAN_ID to print.": (
        "把方案的挂图（wall）、划分登记表（register）或网格图册（grids）写成可打印的 HTML 文件。"
    ),
    "Write PLAN_ID as a grid package, which `wangge verify` checks.": (
        "把方案写成网格包，可用 `wangge verify` 校验。"
    ),
    "Draw what PLAN_ID hands over as one HTML file that opens with no network.": (
        "把方案的网格交接绘成一个离线可用的 HTML 文件。"
    ),
    "Draw an area as one HTML file.": "把一个区划绘成一个 HTML 文件。",
    "Draw an area as one HTML file that opens with no network.": (
        "把一个区划绘成一个离线可用的 HTML 文件。"
    ),
    "Draw the facilities of AREA (12-digit code) by kind.": (
        "按类别绘出区划内的设施（参数为 12 位区划代码）。"
    ),
    "Draw who reaches facilities on foot in AREA (12-digit code).": (
        "绘出区划内各社区的步行覆盖率（参数为 12 位区划代码）。"
    ),
    "The kind on the map; the first when not given.": "地图上的设施类别；未给出时为第一类。",
    "Size of the paper; else A3, and A4 for the sheets of grids.": (
        "纸张大小；默认 A3，单个网格页默认 A4。"
    ),
    "One grid by its number.": "只输出该编号的网格。",
    "The paper stands upright.": "纸张纵向。",
    "Who compiled it; else WANGGE_OFFICE.": "编制单位；未给出时用 WANGGE_OFFICE。",
    "Publish PLAN_ID: from that day its grids stand, with codes and a handover list.": (
        "发布方案：自该日起网格生效，赋予编码并生成交接清单。"
    ),
    "First day the grids stand; today when not given.": "生效日期；未给出时为今天。",
    "Signed reason for the rules the plan breaks.": "方案不符合规则时的签署理由。",
    "Show the grids of PLAN_ID and what is wrong with it.": "显示方案的网格及问题。",
    "As a JSON document.": "以 JSON 输出。",
    # redraw
    "Repair, complete, split and merge the grids of a package.": (
        "修复、补全、拆分、合并网格包中的网格。"
    ),
    "Which community of a package of several.": "网格包含多个社区时指定其一。",
    "Package of today's buildings, made by wangge divide; its ground is used.": (
        "按今天的楼栋由 wangge divide 生成的网格包；采用其中的底图。"
    ),
    "Mend the grids of PACKAGE, moving few households.": "修复网格包中的网格，尽量少调整住户。",
    "Grids to keep, by number; the rest is divided.": "要保留的网格编号；其余重新划分。",
    "Keep some grids of PACKAGE and divide the rest anew.": (
        "保留网格包中的部分网格，其余重新划分。"
    ),
    "Split GRID of PACKAGE into PARTS even grids.": "把网格包中的一个网格均匀拆成几个。",
    "Merge GRIDS of PACKAGE into one.": "把网格包中的几个网格合并为一个。",
    "Divide the ground of PACKAGE in clearly different ways: PLAN-1.gpkg, PLAN-2.gpkg ...": (
        "用明显不同的方式划分：写出 方案-1.gpkg、方案-2.gpkg 等。"
    ),
    "Grids that stay as they are, by number.": "保持不变的网格编号。",
    "Reason, kept with the edit.": "调整原因，随操作保存。",
    "Which plan to store: fewest households moved, fewest grids, or its number.": (
        "存哪个方案：调整户数最少（least）、网格最少（fewest），或其序号。"
    ),
    "Preset or TOML file; else the rules of the plan.": (
        "预设名称或 TOML 文件；未给出时用方案的规则。"
    ),
    "Mend PLAN_ID on today's buildings, moving few households; the result is a new draft.": (
        "按今天的楼栋修复方案，尽量少调整住户；结果存为新草稿。"
    ),
    "What drawn grids may take in: nothing, pockets cut off, whatever saves a grid.": (
        "已画网格可并入的内容：不并入（never）、孤立小块（pockets）、凡能减少网格的（room）。"
    ),
    "Divide what is in no grid of the draft PLAN_ID; what is drawn stays.": (
        "划分草稿中尚未划入网格的部分；已画的保持不变。"
    ),
    "Move the units of the draft PLAN_ID into the grids drawn as polygons in FILE.": (
        "按文件中手绘的网格面调整草稿的归属。"
    ),
    "Which layer of a file with several.": "文件含多个图层时指明哪一个。",
    "Only tell what would move.": "只说明会调整什么，不保存。",
    "Write the grids of PLAN_ID, a draft too, as polygons with their numbers.": (
        "把方案（含草稿）的网格写成带网格号的面。"
    ),
    "The file to write; its extension tells the format.": "要写入的文件；扩展名决定格式。",
    "Coordinate system to write.": "写出的坐标系。",
    "Split GRID of the draft PLAN_ID into PARTS even grids.": "把草稿中的一个网格均匀拆成几个。",
    "Merge GRIDS of the draft PLAN_ID into one.": "把草稿中的几个网格合并为一个。",
    "Plans wanted, 1 to 5.": "需要的方案数，1 至 5。",
    "Divide COMMUNITY in clearly different ways and store each as a draft.": (
        "用明显不同的方式划分社区，各存为一个草稿。"
    ),
    # solve
    "Divide a graph (INSTANCE, .json or .json.gz) into connected parts.": (
        "把一个图（.json 或 .json.gz 实例文件）划分为连通的部分。\n\n"
        "未给出 --seconds 或 --iterations 时，一段时间没有改进即停止，最多 60 秒；"
        "按 Ctrl-C 得到目前最好的结果。"
        "格式见 docs/solve.md。"
    ),
    "Divide a weighted graph into connected parts.": "把带权图划分为连通的部分。",
    "What is minimised; parts with a cap, cut-edges with k unless given.": (
        "最小化的目标；未给出时，有上限则为部分数（parts），指定 k 则为切断边数（cut-edges）。"
    ),
    "Time to use.": "可用时间（秒）。",
    "Rounds of the search to make.": "搜索轮数。",
    "Same seed, same parts.": "种子相同，结果相同。",
    "Threads to use.": "线程数。",
    "The labels file to write.": "要写出的标签文件。",
    # verify
    "Check every promise of the grid package FILE with code that shares nothing with the engine.": (
        "逐项核验网格包的承诺，所用代码与划分引擎完全无关。\n\n"
        "退出码 0：全部成立；1：有不成立的；2：不是网格包。"
    ),
    "Check every promise of a grid package.": "逐项核验网格包的承诺。",
    "Only what is broken.": "只列不成立的项。",
} | {f"Import {name} ({layer.zh}).": f"导入{layer.zh}。" for name, layer in LAYERS.items()}
