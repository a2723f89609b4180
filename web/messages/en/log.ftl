# Public log

log-what = Every intake, supplement, public notice and decision goes into a log that can only grow. Published here is the fingerprint of each entry, without personal data; anyone can check that no entry was changed and none was taken out.
log-size = There are { $size } entries now.
log-check = How to check it
log-check-1 = Download the receipt on your case's page.
log-check-2 = Run linli verify receipt.json: it proves, offline, that your entry is in the log.
log-check-3 = Or take a checkpoint now and then with any tool that knows C2SP tlog-tiles, and compare.
log-checkpoint = Newest checkpoint
log-key = Verifier key
log-addresses = Addresses
