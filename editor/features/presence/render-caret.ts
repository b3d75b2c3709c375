import type { DecorationAttrs } from '@tiptap/pm/view'

/** What the server says of whose caret it is. */
export interface CaretUser {
  name?: unknown
  color?: unknown
  kind?: unknown
}

/**
 * Another author's caret. Colours are set through the style object: the content security policy forbids style
 * attributes. The label is visible for a while after the caret moved, and on hover.
 */
export function renderCaret(user: CaretUser, clientId: number): HTMLElement {
  const color = readColor(user)
  const caret = document.createElement('span')
  caret.className = 'collaboration-caret'
  caret.dataset['clientId'] = String(clientId)
  caret.style.setProperty('--caret-color', color)

  const label = document.createElement('span')
  label.className = 'collaboration-caret__label'
  label.dir = 'auto'
  const name = typeof user.name === 'string' ? user.name : 'Somebody'
  label.textContent = user.kind === 'service' ? `${name} (service)` : name

  // Word joiners keep the caret from breaking a line.
  caret.append('\u2060', label, '\u2060')
  return caret
}

/** What another author has selected. ProseMirror applies the style through the style object. */
export function renderSelection(user: CaretUser): DecorationAttrs {
  return { class: 'collaboration-selection', style: `background-color: ${readColor(user)}4d` }
}

function readColor({ color }: CaretUser): string {
  return typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : '#6b665d'
}
