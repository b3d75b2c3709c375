/*
 * What reading a page does not need, but writing on it does, and being told of changes: it is fetched right behind
 * what is loaded first. Nothing that is loaded first may import any of it in another way.
 */

const PARTS = {
  document: () => import('../collaboration/document-session.ts'),
  text: () => import('../features/editor/TextEditor.tsx'),
  comments: () => import('../features/comments/TextComments.tsx'),
  realtime: () => import('../realtime/realtime-session.ts'),
}

let areHere = false

export const loadDocumentSession = PARTS.document
/** The text to write in, with what opens a page: neither is of use without the other. */
export const loadTextEditor = async () => (await Promise.all([PARTS.text(), PARTS.document()]))[0]
export const loadTextComments = PARTS.comments
export const loadRealtime = PARTS.realtime

/** Fetches all of it ahead of its use. Never throws: what could not be fetched is asked for again by its user. */
export async function fetchLiveParts(): Promise<void> {
  const fetched = await Promise.allSettled(Object.values(PARTS).map((load) => load()))
  areHere = fetched.every(({ status }) => status === 'fulfilled')
}

/** Whether it has all arrived, so that a page opens at once. */
export function areLivePartsHere(): boolean {
  return areHere
}
