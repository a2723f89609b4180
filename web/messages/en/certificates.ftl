# Certificates: the token beside the paper, and revoking.
certificates-token = Download a token that others can check (JWT)
certificates-token-hint = Whoever receives it checks it with the keys this site publishes, also offline. Of your name it holds only a masked form.
certificates-revoke = Revoke the certificate
certificates-revoke-title = Revoke the certificate { $number }
certificates-revoke-lead = From then on, whoever scans the code or enters the number is told that it was revoked. Try to get the paper back, and tell the person.
certificates-ground = Why it is revoked
certificates-ground-wrong = What it says is wrong
certificates-ground-changed = Things have changed since
certificates-ground-not-ours = It was not ours to issue
certificates-ground-false-papers = It rests on false papers
certificates-words = Explanation
certificates-words-hint = Say what is wrong and how it was found. The person can read it.
certificates-revoked = The certificate is revoked.

refusal-certificates-none = No certificate was issued here, or it no longer holds.
refusal-certificates-revoked-already = This certificate was revoked before.
refusal-certificates-ground-missing = Choose why it is revoked
refusal-certificates-words-missing = Say why it is revoked
refusal-certificates-words-long = At most { $most } characters
refusal-certificates-own = This certificate is your own or your family's. Ask a colleague.
