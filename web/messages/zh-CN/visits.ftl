# 走访:等着上门的人家

visits-nav = 走访
visits-title = 走访
visits-lead = 有 { $count } 户等着上门，按期限先后排。
visits-more = 这里只列最急的 20 户。
visits-none = 现在没有等着上门的人家。办件走到“走访”这一步，就会列在这里。
visits-take = 带上路
visits-take-hint = 把走访单存到这台手机，楼道里没网也能看、能登记，有网后自动送出。带上路会显示完整地址，并记入每位居民的“谁看过我的信息”。
visits-taking = 正在存到手机：#
visits-taken = 已存到这台手机，没网也能看、能登记。留到 #。
visits-failed = 没有存成，请在有网的地方再试一次。
visits-purpose = 带走访单上门
visits-sheet = 走访单
visits-address = 地址
visits-name = 找谁
visits-phone = 电话
visits-due = 最晚
visits-no-address = 没有登记地址
visits-masked = 地址没有全部显示。请回到走访，点“带上路”。
visits-look = 看一看、问一问
visits-not-now = 这一件现在不能登记走访。
visits-case = 看办件
