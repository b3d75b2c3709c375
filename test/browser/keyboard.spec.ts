import type { Page } from '@playwright/test'
import { expect, expectTyped, openNewPage, test, textOf } from './fixtures.ts'

/** Until the editor has heard of a caret that the browser itself moved. */
async function caretSettled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}

test('Tab indents code, and Escape then Tab leaves the text', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { keyboard } = ann.page
  await textOf(ann.page).click()
  await keyboard.type('``` if (a)\nb\nc')
  await caretSettled(ann.page)
  await keyboard.press('Shift+ArrowUp')
  await caretSettled(ann.page)
  await keyboard.press('Tab')
  await expectTyped(ann.page, 'if (a)\n  b\n  c')
  await keyboard.press('Shift+Tab')
  await expectTyped(ann.page, 'if (a)\nb\nc')
  await keyboard.press('Control+End')
  await keyboard.press('Home')
  await caretSettled(ann.page)
  await keyboard.press('Tab')
  await keyboard.type('d')
  await expectTyped(ann.page, 'if (a)\nb\n  dc')
  await expect(textOf(ann.page)).toBeFocused()
  await keyboard.press('Escape')
  await keyboard.press('Shift+Tab')
  await expect(ann.page.getByTestId('page-title')).toBeFocused()
  await expectTyped(ann.page, 'if (a)\nb\n  dc')
})

test('the toolbar is one stop of the Tab key, and the arrows go through it', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { keyboard } = ann.page
  const button = (name: string) => ann.page.getByTestId('toolbar').getByRole('button', { name, exact: true })
  // It is loaded behind the text.
  await expect(button('Bold')).toBeVisible()
  await ann.page.getByTestId('page-title').focus()
  await keyboard.press('Shift+Tab')
  await expect(button('Kind of paragraph: Text')).toBeFocused()
  await keyboard.press('ArrowRight')
  await expect(button('Bold')).toBeFocused()
  await keyboard.press('End')
  await expect(button('Keyboard')).toBeFocused()
  await keyboard.press('ArrowRight')
  await expect(button('Kind of paragraph: Text')).toBeFocused()
  await keyboard.press('ArrowRight')
  await keyboard.press('Tab')
  await expect(ann.page.getByTestId('page-title')).toBeFocused()
  await keyboard.press('Shift+Tab')
  await expect(button('Bold')).toBeFocused()
})
