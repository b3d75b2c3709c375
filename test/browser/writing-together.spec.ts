import { addMember, readText } from '../support/people.ts'
import { expect, expectReady, expectSaved, expectTyped, openNewPage, test, textOf } from './fixtures.ts'

test('C1 · two people type into the same paragraph at once and see each other’s letters and carets', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('Hello .')
  await expectSaved(ann.page)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await expect(textOf(bob.page)).toContainText('Hello .')

  // Ann writes at the beginning of the line, Bob before the full stop, both at the same time.
  await ann.page.keyboard.press('Home')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.press('ArrowLeft')
  await Promise.all([
    ann.page.keyboard.type('one two three ', { delay: 15 }),
    bob.page.keyboard.type('four five six', { delay: 15 }),
  ])
  await expectTyped(ann.page, 'one two three Hello four five six.')
  await expectTyped(bob.page, 'one two three Hello four five six.')

  await expect(ann.page.locator('.collaboration-caret__label')).toHaveText('Bob Brown')
  await expect(bob.page.locator('.collaboration-caret__label')).toHaveText('Ann Archer')
  await expect(ann.page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  await expectSaved(ann.page)
  await expectSaved(bob.page)
  expect(await readText(ann.person, id)).toBe('one two three Hello four five six.')
})

test('A2 · a viewer reads along, can neither type nor tick a task', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const vera = await signIn('Vera View')
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann)
  await vera.page.goto(`/pages/${id}`)
  await expect(vera.page.getByTestId('save-state')).toHaveAttribute('data-state', 'read-only')
  await expect(textOf(vera.page)).toHaveAttribute('contenteditable', 'false')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('for your eyes')
  await expect(textOf(vera.page)).toContainText('for your eyes')
  await textOf(vera.page).click({ force: true })
  await vera.page.keyboard.type('scribble')
  await ann.page.keyboard.type(' only')
  await expect(textOf(vera.page)).toContainText('for your eyes only')
  await expect(textOf(vera.page)).not.toContainText('scribble')
  await expectSaved(ann.page)
  expect(await readText(ann.person, id)).toBe('for your eyes only')

  await ann.page.keyboard.type('\n[] proofread')
  const box = textOf(vera.page).getByRole('checkbox')
  await expect(box).toBeDisabled()
  await textOf(ann.page).getByRole('checkbox').click()
  await expect(box).toBeChecked()
  await expect(box).toBeDisabled()
  await expect(textOf(ann.page).getByRole('checkbox')).toBeEnabled()
  await textOf(ann.page).getByRole('checkbox').click()
  await expect(box).not.toBeChecked()
})
