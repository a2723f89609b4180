// The built style sheet and script: within budget, from this host alone, readable.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'))
const built = name => readFileSync(new URL(manifest[name].file, dist))
const settings = readFileSync(new URL('../styles/_settings.scss', import.meta.url), 'utf8')

test('the packed copy of each file holds the file', () => {
  for (const { file } of Object.values(manifest)) {
    const packed = readFileSync(new URL(`${file}.gz`, dist))
    assert.deepEqual(gunzipSync(packed), readFileSync(new URL(file, dist)), file)
  }
})

test('style and scripts keep to their budgets', () => {
  const budgets = [['app.css', 16 * 1024], ['app.js', 10 * 1024], ['phone.js', 6 * 1024], ['worker.js', 5 * 1024]]
  for (const [name, most] of budgets) {
    const size = readFileSync(new URL(`${manifest[name].file}.gz`, dist)).length
    assert.ok(size <= most, `${name}: ${size} bytes`)
  }
})

test('nothing is asked of another host, and no font or crown of GOV.UK is shipped', () => {
  const css = built('app.css').toString()
  assert.doesNotMatch(css, /url\(['"]?https?:|@import|@font-face|GDS Transport|crown/i)
  for (const name of ['app.js', 'phone.js', 'worker.js']) {
    assert.doesNotMatch(built(name).toString(), /https?:|eval\(|innerHTML/, name)
  }
})

test('the worker names the very files that were built, so that it changes with them', () => {
  const worker = built('worker.js').toString()
  for (const name of ['app.css', 'app.js', 'phone.js', 'icon.svg']) {
    assert.ok(worker.includes(`/assets/${manifest[name].file}`), name)
  }
})

/** Relative luminance, as WCAG 2 defines it. */
function luminance (hex) {
  const part = at => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

function contrast (one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

test('every pair of text and ground reaches 5:1', () => {
  const token = name => settings.match(new RegExp(`\\$${name}: (#[0-9a-f]{6});`))[1]
  const pairs = [
    ['ink', '#ffffff'], ['quiet', '#ffffff'], ['quiet', token('wash')], ['blue', '#ffffff'],
    ['blue', token('wash')], ['blue', token('panel')], ['pressed', token('panel')], ['red', '#ffffff'],
    ['red', token('red-wash')], ['green', token('green-wash')], ['amber', token('amber-wash')], ['ink', token('focus')]
  ]
  for (const [text, ground] of pairs) {
    const found = contrast(token(text), ground)
    assert.ok(found >= 5, `${text} on ${ground}: ${found.toFixed(2)}`)
  }
})
