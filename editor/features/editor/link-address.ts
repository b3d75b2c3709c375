const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/**
 * The address that somebody means by what they typed into the link field, or `null` if it is none that a page
 * may lead to. A bare domain gets https, a bare e-mail address mailto.
 */
export function parseLinkAddress(input: string): string | null {
  const text = input.trim()
  if (text === '' || /\s/u.test(text)) return null
  const isEmail = /^[^@/:]+@[^@/:]+\.[^@/:]+$/u.test(text)
  const hasScheme = /^[a-z][a-z0-9+.-]*:/iu.test(text) && !/^[^/:]+:\d+(\/|$)/u.test(text)
  const candidate = hasScheme ? text : isEmail ? `mailto:${text}` : `https://${text}`
  if (!URL.canParse(candidate)) return null
  const url = new URL(candidate)
  if (!ALLOWED.has(url.protocol)) return null
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? candidate : null
  return url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname.startsWith('[')
    ? candidate
    : null
}
