// The few scripts. Each finds its own root elements and shortens a path that works without it.
import { doubleSubmitGuard } from './double-submit'
import { errorSummary } from './error-summary'
import { kioskIdle } from './kiosk-idle'
import { phoneHere } from './phone-here'
import { presence } from './presence'
import { printButton } from './print-button'
import { readAloud } from './read-aloud'
import { staffKeys } from './staff-keys'

for (const start of [errorSummary, doubleSubmitGuard, readAloud, kioskIdle, staffKeys, presence, printButton, phoneHere]) {
  try {
    start(document)
  } catch (error) {
    console.error(error)
  }
}
