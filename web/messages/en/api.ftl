# The messages of problem answers.
api-unreadable = The request cannot be read
api-unreadable-detail = { $detail }
api-too-large = The request is too large; at most { $most } bytes are taken
api-not-found = There is no such thing, or your post cannot see it
api-conflict = It is at version { $found } now; you saw version { $expected }
api-reused = This command_id was used for another body; take a new one
api-unsupported = Send application/json
