import { nameDetailsButton } from './details-button.ts'

/**
 * Opens all closed details that an element of an editor's text is in, for this reader alone. The button is not pressed for
 * it: it takes the focus into the text.
 */
export function openDetailsAround(element: Element): void {
  for (;;) {
    const content = element.closest('[data-type="detailsContent"][hidden]')
    const details = content?.closest('[data-type="details"]')
    if (!content || !details) return
    details.classList.add('is-open')
    const button = details.querySelector<HTMLElement>(':scope > button')
    if (button) nameDetailsButton(button, true)
    // What the button tells it.
    content.dispatchEvent(new Event('toggleDetailsContent'))
    // Where nobody listens, it would be found again without end.
    content.removeAttribute('hidden')
  }
}
