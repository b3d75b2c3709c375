/** The nonce that the server put into this page: the only style elements that may be added carry it. */
export function readNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')
  return meta?.content ?? ''
}
