/** Says on the button of details what it does. */
export function nameDetailsButton(button: HTMLElement, isOpen: boolean): void {
  button.setAttribute('aria-label', isOpen ? 'Hide the details' : 'Show the details')
  button.setAttribute('aria-expanded', String(isOpen))
}
