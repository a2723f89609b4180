/** Sealing: AES-GCM under a key that the browser keeps and scripts cannot read out. */
export interface Sealed {
  iv: BufferSource
  bytes: ArrayBuffer
}

/** What is sealed is bound to its place, so that no row can stand in for another. */
export interface Place {
  owner: string
  table: string
  id: string
  part: string
}

function bound(place: Place): BufferSource {
  return new TextEncoder().encode([place.owner, place.table, place.id, place.part].join('\n'))
}

/** The key from the 64 hexadecimal digits that the node hands out. */
export function keyOf(hex: string): Promise<CryptoKey> {
  const pairs = hex.match(/../g) || []
  const bytes = Uint8Array.from(pairs, pair => parseInt(pair, 16))
  if (bytes.length !== 32) throw new Error('seal: a key has 32 bytes')
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

export async function seal(key: CryptoKey, place: Place, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plain = new TextEncoder().encode(JSON.stringify(value))
  const bytes = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound(place) }, key, plain)
  return { iv, bytes }
}

/** What was sealed; an error when the key, the place or a byte is another. */
export async function unseal<T>(key: CryptoKey, place: Place, sealed: Sealed): Promise<T> {
  const opened = { name: 'AES-GCM', iv: sealed.iv, additionalData: bound(place) }
  const plain = await crypto.subtle.decrypt(opened, key, sealed.bytes)
  return JSON.parse(new TextDecoder().decode(plain)) as T
}

/** A random name of 128 bits. */
export function fresh(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}
