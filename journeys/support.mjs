// What every journey shares: a demo district to walk through, a browser with JavaScript on or off,
// and the checks that hold on every page.
//
// LINLI_URL names a demo that is already running; without it one is started from LINLI_BIN (the
// debug build when not told otherwise) with a small population and a fixed seed, and stopped after.
// The demo is one for a whole test file, so journeys of one file may build on each other.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The devices the pages are looked at on. */
export const screens = {
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  small: { width: 320, height: 640 },
  desktop: { width: 1280, height: 900 },
  kiosk: { width: 1080, height: 1920 }
}

function chromiumPath () {
  const known = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const found = known.find(path => path && existsSync(path))
  if (!found) throw new Error('no Chromium found: install it or set CHROMIUM to its path')
  return found
}

function freePort () {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function answers (url) {
  try {
    return (await fetch(new URL('/healthz', url))).ok
  } catch {
    return false
  }
}

/** Starts a demo, or uses the one that LINLI_URL names. */
export async function startDemo () {
  if (process.env.LINLI_URL) return { url: process.env.LINLI_URL, stop: async () => {} }
  const port = await freePort()
  return run([], port, `http://127.0.0.1:${port}`)
}

/**
 * Starts a district, a street and a committee as three nodes. Each is a demo of its own; `lines` is
 * the page that cuts and heals the lines between them.
 */
export async function startNetwork () {
  const port = await freePorts(6)
  const at = place => `http://127.0.0.1:${port + place}`
  const { stop } = await run(['--network'], port, at(3))
  return { lines: at(0), district: { url: at(1) }, street: { url: at(2) }, committee: { url: at(3) }, stop }
}

/** So many free ports one after the other; the first. */
async function freePorts (many) {
  for (;;) {
    const first = await freePort()
    const servers = []
    try {
      for (let place = 0; place < many; place++) {
        const server = createServer()
        servers.push(server)
        await new Promise((resolve, reject) => server.once('error', reject).listen(first + place, '127.0.0.1', resolve))
      }
      return first
    } catch {
      // One of them is taken: others are tried.
    } finally {
      await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
    }
  }
}

/** Starts a demo and waits until `url` answers. */
async function run (more, port, url) {
  const bin = process.env.LINLI_BIN ?? join(root, 'target/debug/linli')
  const dir = mkdtempSync(join(tmpdir(), 'linli-journey-'))
  const residents = process.env.LINLI_RESIDENTS ?? '400'
  const args = ['demo', ...more, '--dir', dir, '--listen', `127.0.0.1:${port}`, '--residents', residents, '--seed', '7']
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { said += data })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const until = Date.now() + 120_000
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the demo did not start:\n${said}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return {
    url,
    dir,
    async stop () {
      child.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true, force: true })
    }
  }
}

/** Flags that keep Chromium from talking to anyone but the demo. */
const quiet = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

export function startBrowser () {
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: quiet })
}

/** Largest transfer of one cold page, in bytes as sent (compressed): docs of the UI, Budget. */
export const budget = { page: 60 * 1024, list: 120 * 1024, script: 10 * 1024 }

/**
 * Watches everything a page does, and tells on `watched.check()` what must not be: a request to
 * another host, an error on the console, a page or a script over its budget.
 */
function watch (page, demo) {
  const found = []
  const weights = new Map()
  const host = new URL(demo.url).host
  page.on('console', message => {
    // A page answered 4xx is told on the console by Chromium itself; status codes are tested apart.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
      found.push(`console on ${page.url()}: ${message.text()}`)
    }
  })
  page.on('pageerror', error => found.push(`script on ${page.url()}: ${error.message}`))
  page.on('request', request => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.host !== host) found.push(`third party: ${request.url()}`)
  })
  page.on('requestfinished', async request => {
    const kind = request.resourceType()
    const sizes = await request.sizes().catch(() => null)
    if (!sizes) return
    const size = sizes.responseBodySize + sizes.responseHeadersSize
    weights.set(request.url(), { kind, size })
    if (kind === 'script' && size > budget.script) found.push(`script of ${size} bytes: ${request.url()}`)
  })
  return {
    weights,
    /** What style, script and icons weigh, which come on top of each cold page. */
    shared () {
      return [...weights.values()].filter(({ kind }) => kind !== 'document').reduce((sum, { size }) => sum + size, 0)
    },
    check () {
      for (const [url, { kind, size }] of weights) {
        const most = new URL(url).pathname.startsWith('/desk') ? budget.list : budget.page
        if (kind === 'document' && size + this.shared() > most) {
          found.push(`${url} is ${size} bytes, with ${this.shared()} of style and script`)
        }
      }
      assert.deepEqual(found, [])
    }
  }
}

/** Takes a picture of the whole page into journeys/results. */
export async function picture (page, name) {
  const folder = join(root, 'journeys/results')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** A fresh visitor on `screen`, with or without JavaScript. */
export async function visitor (browser, demo, { screen = screens.phone, javaScript = true } = {}) {
  const { width, height, ...device } = screen
  const context = await browser.newContext({
    baseURL: demo.url,
    javaScriptEnabled: javaScript,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width, height },
    ...device
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.watched = watch(page, demo)
  return page
}

/**
 * A phone whose browser keeps what it holds in `folder`: shut and opened again, it is the same phone.
 * Without a `line` nothing gets through from its first moment, also what the system wakes by itself.
 */
export async function phone (demo, folder, { line = true } = {}) {
  const { width, height, ...device } = screens.phone
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    headless: true,
    args: line ? quiet : [...quiet, '--proxy-server=127.0.0.1:9', '--proxy-bypass-list=<-loopback>'],
    baseURL: demo.url,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width, height },
    ...device
  })
  const page = context.pages()[0] ?? await context.newPage()
  page.setDefaultTimeout(15_000)
  page.watched = watch(page, demo)
  return page
}

/** Opens `path` and expects `status`. */
export async function open (page, path, status = 200) {
  const response = await page.goto(path)
  assert.equal(response.status(), status, `${path} answered ${response.status()}`)
}

export function heading (page) {
  return page.locator('h1').first().innerText()
}

/** Signs in by a demo card: one click, then back. `name` is part of the card's text. */
export async function signIn (page, name) {
  await open(page, '/demo')
  await page.getByRole('button', { name }).first().click()
  await page.waitForLoadState()
}

/** No page scrolls sideways. */
export async function fits (page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(over <= 0, `${page.url()} is ${over}px too wide`)
}

/** axe finds nothing. Needs JavaScript. */
export async function accessible (page) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  const told = violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)
  assert.deepEqual(told, [], page.url())
}

/** Answers every question of an application that is still empty, by kind and name. */
async function answer (page, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const radio = page.locator(`input[type=radio][name="${name}"][value="${value}"]`)
    const select = page.locator(`select[name="${name}"]`)
    if (await radio.count()) await radio.check({ force: true })
    else if (await select.count()) await select.selectOption(value)
    else await page.locator(`[name="${name}"]`).fill(value)
  }
  for (const box of await page.locator('input[name=declared]').all()) await box.check({ force: true })
}

/** Finds a resident by the surname of the list's `nth` and files `service` for them. */
export async function file (page, { service, channel, authority, answers, nth = 0 }) {
  await open(page, '/desk/residents')
  const names = await page.locator('.l-table tbody th a').allInnerTexts()
  const surname = names[nth % names.length].slice(0, 1)
  await open(page, '/desk/intake')
  await page.locator('#text').fill(surname)
  await page.locator(`input[name=purpose][value="${channel === 'phone' ? 'phone' : 'apply'}"]`).check({ force: true })
  await page.getByRole('button', { name: '查找' }).click()
  await page.locator('.l-table tbody th a').first().click()
  await page.locator(`input[name=service][value="${service}"]`).check({ force: true })
  await page.locator(`input[name=channel][value="${channel}"]`).check({ force: true })
  await page.locator(`input[name=authority][value="${authority}"]`).check({ force: true })
  await page.getByRole('button', { name: '下一步：填写内容' }).click()
  await page.getByText('您正在为').first().waitFor()
  await answer(page, answers)
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.waitForURL(/\/desk\/intake\/receipt\//)
  await page.locator('.l-qr svg').waitFor()
  return page.url().split('/').pop()
}
