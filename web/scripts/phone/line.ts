import type { Answer, Post } from './queue'
import type { Session } from './held'

/** Who is signed in, as the node says; or that nobody is. An error means that there is no line. */
export async function session(device: string): Promise<Session | 'signed-out'> {
  const answer = await fetch(`/phone/key?device=${device}`, { redirect: 'manual', cache: 'no-store', credentials: 'same-origin' })
  if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) return 'signed-out'
  if (!answer.ok) throw new Error(`phone: the node answered ${answer.status}`)
  return await answer.json() as Session
}

export const post: Post = async (url, body) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    credentials: 'same-origin',
    cache: 'no-store'
  })
  const read: Answer = {
    status: answer.status,
    redirected: answer.redirected,
    path: new URL(answer.url).pathname,
    html: answer.redirected ? '' : await answer.text(),
    policy: answer.headers.get('content-security-policy') || ''
  }
  return read
}

/** What `promise` brings within so many milliseconds; an error after that. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = setTimeout(() => reject(new Error('phone: too slow')), ms)
    promise.then(resolve, reject).then(() => clearTimeout(end))
  })
}

/** The address by which a page is taken along and found again: without what says how it looks or whence one came. */
export function address(url: URL): string {
  const query = new URLSearchParams(url.search)
  for (const look of ['lang', 'mode', 'taken', 'kept', 'from', 'rows']) query.delete(look)
  const rest = query.toString()
  return url.pathname + (rest ? `?${rest}` : '')
}
