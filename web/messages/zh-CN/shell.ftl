# 页面框架:页眉、页脚、错误页、通用词

site-name = 邻里一网通
skip-to-main = 跳到正文
demo-banner = 演示数据，均为虚构 / synthetic data。
demo-roles = 换身份
demo-label = 演示说明
mode-elder = 长辈版
mode-standard = 标准版
other-language = English
nav-label = 工作导航
signed-in-as = 您已登录：{ $name }
signed-in-label = 登录状态
change-post = 换岗位
my-pages = 我的
sign-out = 退出登录
elder-bar = 常用按钮
home = 首页
all-services = 全部服务
call = 打电话
read-aloud = 朗读
read-stop = 停止朗读
flash-title = 已完成
error-prefix = 错误：
error-summary = 还有几处要改
about = 关于本站
open-log = 公开日志
interface = 接口说明
staff-sign-in = 工作人员登录
need-help = 需要帮忙，请打电话：
back = 返回
continue = 下一步
list-comma = 、
search = 搜索
search-label = 搜索服务
yes = 是
no = 否
date-year = 年
date-month = 月
date-day = 日
change = 修改
print = 打印
unknown = 未知

# 自助终端
kiosk-help = 叫人帮忙
kiosk-end = 结束并清除
kiosk-still-there = 您还在吗？
kiosk-erase-before = 没有操作的话，您填写的内容将在
kiosk-erase-after = 秒后清除。
kiosk-stay = 我还在，继续办理
kiosk-ended = 您的内容已从这台机器上清除。

# 表格
pages-label = 翻页
pages-status = 第 { $page } 页，共 { $pages } 页，{ $total } 条
pages-previous = 上一页
pages-next = 下一页
pages-per-page = 每页条数：
table-total = 共 { $total } 条
filter = 筛选
filter-remove = 去掉筛选条件
filter-clear = 全部清除

# 错误页
error-not-found = 没有找到这个页面
error-not-found-text = 网址可能写错了，或者内容已经移走。您可以搜索要办的事，也可以打电话问。
error-sign-in = 请先登录
error-sign-in-text = 登录后会回到这一页，您填写的内容还在。
error-forbidden = 您现在的身份不能看这一页
error-forbidden-who = 可以看的岗位：{ $roles }。
error-forbidden-ask = 如果工作需要，请向本单位的安全管理员申请岗位。
error-form = 页面放得太久了，请再提交一次
error-refused = 这一步现在不能办
error-conflict = 刚才有别人改过这一件
error-conflict-by = 刚才修改的是 { $name }。您的内容没有丢，请对照后再提交。
error-conflict-now = 现在的内容
error-conflict-sent = 您提交的内容
error-conflict-back = 按现在的内容继续
error-too-many = 请求太频繁了
retry-after = 请在 { $seconds } 秒后再试。
error-unreadable = 没有读懂发来的内容
error-unreadable-text = 请回到上一页，刷新后再提交一次。
error-too-large = 内容太大了
error-too-large-text = 一次最多提交 256 KB 文字、64 MB 照片或文件。请分几次提交，或拿到窗口办理。
error-too-slow = 照片或文件没有传完
error-too-slow-text = 网络太慢，连接断开了。请一次少传几张，或到信号好的地方再试；也可以拿到窗口办理。
error-busy = 现在有点忙
error-busy-text = 请在 10 秒后再试。刚才的操作没有保存。
error-full = 现在只能看，不能保存
error-full-text = 存储空间已满，管理员已收到通知。您可以先查看，或到窗口用纸质表办理。
error-fault = 我们这边出了问题
error-fault-text = 刚才的操作没有保存。请过几分钟再试；打电话时请报下面的编号。
error-reference = 编号：
error-kept = 您填写的内容还在，可以直接再提交一次。
error-again = 再提交一次
error-typed = 看看您填写的内容
error-call = 也可以打电话：

refusal-cited = { $text }(依据：{ $article }）
refusal-gate-role = 您现在的岗位没有这项权限。
refusal-gate-area = 这件事不在您负责的区域内。
refusal-gate-own = 这是别人的事，您只能看自己的。
refusal-gate-form = 为了您的安全，请从本站页面重新提交。

# 角色
role-resident = 居民
role-household-proxy = 家庭代办人
role-committee-worker = 居（村）委会工作人员
role-grid-worker = 网格员
role-social-worker = 社会工作者
role-street-officer = 街道（镇）经办人
role-district-officer = 区民政局经办人
role-supervisor = 监督员
role-organization-staff = 社会组织工作人员
role-auditor = 审计人员
role-system-admin = 系统管理员
role-security-admin = 安全管理员
role-audit-admin = 安全审计员

# 关于
about-what = 居民的事在这里一次说清、一个号码办到底。居（村）委会、街镇和区里在同一件事上分工，期限按法律计算，结果说明理由。
about-counter = 不用手机也能办：窗口、电话、上门和纸质表格同样受理，进度查得到。
about-access-title = 无障碍
about-access = 页面不用脚本也能办完全部事情，可以放大到两倍，可以只用键盘，可以用读屏软件。长辈版在每一页的右上角。
about-data-title = 您的信息
about-data = 个人信息加密保存，默认只显示一部分。工作人员查看要说明理由，您可以在“谁看过我的信息”里看到。
about-log-title = 公开日志
about-log = 每一次受理和决定都记进一本只能往后写的日志。任何人都可以核对它没有被改过、没有被漏掉。
about-cookies-title = 小饼干（Cookie）
about-cookies = 本站只用必需的几个：记住登录、语言和版本，防止别的网站冒充您提交。没有广告，没有跟踪。
