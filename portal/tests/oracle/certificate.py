"""Checks a certificate's token as a stranger would: with the published keys and two libraries that
know nothing of Linli. Arguments: the files of the key set and of the token, and the issuer expected.
Prints the claims."""

import json
import sys

import jwt
from jwcrypto import jwk, jws

keys_file, token_file, issuer = sys.argv[1:]
with open(keys_file, encoding="utf-8") as file:
    key_text = file.read()
with open(token_file, encoding="utf-8") as file:
    token = file.read()

header = jwt.get_unverified_header(token)
assert header["typ"] == "linli-certificate+jwt", header
key_set = jwt.PyJWKSet.from_json(key_text)
claims = jwt.decode(
    token,
    key_set[header["kid"]].key,
    algorithms=["EdDSA"],
    issuer=issuer,
    options={
        "require": ["iss", "sub", "jti", "iat", "nbf", "exp"],
        # The test's clock stands in another year than this machine's.
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
    },
)

keys = jwk.JWKSet.from_json(key_text)
key = keys.get_key(header["kid"])
assert key.thumbprint() == header["kid"], "the key's name is its thumbprint"
signed = jws.JWS()
signed.allowed_algs = ["EdDSA"]
signed.deserialize(token, key)
assert json.loads(signed.payload) == claims, "both read the same"

parts = token.split(".")
flipped = parts[1][:-1] + ("A" if parts[1][-1] != "A" else "B")
try:
    jwt.decode(
        ".".join([parts[0], flipped, parts[2]]),
        key_set[header["kid"]].key,
        algorithms=["EdDSA"],
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
except jwt.InvalidTokenError:
    pass
else:
    raise AssertionError("a changed token passed")

print(json.dumps(claims, ensure_ascii=False))
