import { expect, type Page } from '@playwright/test'

/** What `/`, `@` and `:` offer where somebody writes. */
export const menuOf = (page: Page) => page.getByTestId('trigger-menu')

/** The tools of the block that somebody writes in. */
export const barOf = (page: Page) => page.getByTestId('block-bar')

/** Types `/` and what follows, and takes the first that is offered. */
export async function insert(page: Page, words: string): Promise<void> {
  await page.keyboard.type(`/${words}`)
  await expect(menuOf(page).getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(menuOf(page)).toBeHidden()
}
