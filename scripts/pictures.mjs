// Takes the pictures of the README from a demo: phone, elder mode, kiosk, and the desk, and the
// one in front that shows three of them side by side.
//
//     make pictures        (LINLI_URL names a demo that is already running)

import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { open, screens, signIn, startBrowser, startDemo, visitor } from '../journeys/support.mjs'

const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url))
const at = name => join(folder, `${name}.png`)
mkdirSync(folder, { recursive: true })

const demo = await startDemo()
const browser = await startBrowser()
try {
  const phone = await visitor(browser, demo)
  await signIn(phone, /年长居民/)
  await open(phone, '/services/dibao?mode=standard')
  await phone.screenshot({ path: at('phone') })
  await open(phone, '/?mode=elder')
  await phone.screenshot({ path: at('elder') })

  const kiosk = await visitor(browser, demo, { screen: screens.kiosk })
  await open(kiosk, '/?mode=kiosk')
  await kiosk.screenshot({ path: at('kiosk') })

  const desk = await visitor(browser, demo, { screen: screens.desktop })
  await signIn(desk, /居委会工作人员/)
  await open(desk, '/desk')
  await desk.screenshot({ path: at('desk') })
  await desk.locator('main a[href^="/desk/cases/"]').first().click()
  await desk.waitForLoadState()
  await desk.screenshot({ path: at('case') })

  const front = await browser.newPage({ viewport: { width: 1480, height: 720 } })
  const image = name => `data:image/png;base64,${readFileSync(at(name)).toString('base64')}`
  await front.setContent(`<style>body{margin:0;background:#e6eef8;display:flex;gap:28px;padding:28px;align-items:center}
    img{border-radius:12px;border:1px solid #7a8591;height:664px;background:#fff}</style>
    <img src="${image('phone')}"><img src="${image('desk')}" style="height:auto;width:720px"><img src="${image('elder')}">`)
  await front.screenshot({ path: at('front') })
} finally {
  await browser.close()
  await demo.stop()
}
