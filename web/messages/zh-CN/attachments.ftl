# Papers as photos and files.
attachments-untitled = 材料
attachments-there = 已经传好的：
attachments-drop = 去掉这一张
attachments-camera = 用手机拍照
attachments-choose = 从相册或文件里选（可以选几张）
attachments-hint = 照片（JPG、PNG、WebP）或 PDF，一份不超过 20 MB。照片会自动缩小，拍摄地点等信息会去掉，不保存。
attachments-kiosk = 自助机上不传文件。请把原件交给工作人员核验，或用自己的手机补传。
attachments-open = 打开第 { $n } 份
attachments-masked = 已传 { $n } 份，说明查看理由后可以打开
attachments-look = { $why }（打开材料：{ $name }）

refusal-attachments-on-the-way = 这份材料还没有从收件的窗口送到。线路通时会自动送来，请过几分钟再打开。
refusal-attachments-unknown = 有一份材料没有存好，请再传一次。
refusal-attachments-empty = 这个文件是空的，请重新拍照或另选一个。
refusal-attachments-too-large = 这个文件超过 { $most } MB。请重新拍照，或换一份小一点的。
refusal-attachments-too-many = 一次最多传 { $most } 份。请先去掉不要的。
refusal-attachments-too-many-pixels = 这张图片有 { $width } × { $height } 个点，太大了，打不开。请用手机直接拍照，或导出小一点的图片。
refusal-attachments-damaged = 这个文件打不开，可能没有传完。请重新拍照或另选一个。
refusal-attachments-markup = 这是网页或者带程序的图形，不能当材料。请改交照片或 PDF。
refusal-attachments-heic = 这张照片是 HEIC 格式，别的电脑可能打不开。请在手机“设置—相机—格式”里选“兼容性最佳”再拍，或截图后上传。
refusal-attachments-office = 请把 Word、Excel 文件另存为 PDF，或打印出来拍照再传。
refusal-attachments-archive = 请不要传压缩包，把里面的照片或 PDF 一份一份传。
refusal-attachments-kind = 只能传照片（JPG、PNG、WebP）和 PDF。请重新拍照或另选一个。
refusal-attachments-two-things = 这个 PDF 里还藏着别的文件，不能收。请重新导出，或打印出来拍照再传。
refusal-attachments-pdf-with-file = 这个 PDF 里夹着别的文件。请去掉以后再传，或打印出来拍照。
refusal-attachments-pdf-with-program = 这个 PDF 里带有程序。请重新导出不带程序的 PDF，或打印出来拍照。
