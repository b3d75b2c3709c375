import * as Y from 'yjs'
import { openDocument } from '../support/document-client.ts'
import type { Answer } from '../support/people.ts'
import { expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

test('C4 · what a newer editor wrote arrives while somebody types: it is shown as such and kept', async ({
  signIn,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.insertText('first')
  await expectSaved(ann.page)

  const newer = openDocument(server.url, id, ann.person.session.accessToken, { query: '?schema=99' })
  await newer.synced()
  const formula = new Y.XmlElement('formula')
  formula.setAttribute('tex', 'x^2')
  newer.doc.getXmlFragment('default').push([formula])
  await newer.saved()
  newer.close()

  await expect(textOf(ann.page).locator('[data-unknown="formula"]')).toBeVisible()
  await textOf(ann.page).getByText('first').click()
  await ann.page.keyboard.press('End')
  await ann.page.keyboard.insertText(' and second')
  // The editor was made anew for it. What was typed before can be taken back all the same.
  for (const [key, text] of [
    ['ControlOrMeta+z', 'first'],
    ['ControlOrMeta+z', ''],
    ['ControlOrMeta+Shift+z', 'first'],
    ['ControlOrMeta+Shift+z', 'first and second'],
  ] as const) {
    await ann.page.keyboard.press(key)
    await expect
      .poll(() => textOf(ann.page).locator('p').allTextContents())
      .toEqual(text === '' ? [] : [text])
    await expect(textOf(ann.page).locator('[data-unknown="formula"]')).toBeVisible()
  }
  await expectSaved(ann.page)
  await ann.page.reload()
  await expectReady(ann.page)
  await expect(textOf(ann.page)).toContainText('first and second')
  const { body } = (await ann.person.request('GET', `/api/pages/${id}/content?format=json`)) as Answer<{
    content: unknown[]
  }>
  expect(body.content).toMatchObject([
    { type: 'paragraph', content: [{ text: 'first and second' }] },
    { type: 'formula', attrs: { tex: 'x^2' } },
  ])
})

test('C4 · an editor that is too old reads along and asks to be reloaded', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('from the newest')
  await expectSaved(ann.page)
  await ann.page.addInitScript(() => {
    const Newest = window.WebSocket
    window.WebSocket = class extends Newest {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(String(url).replace(/schema=\d+/, 'schema=1'), protocols)
      }
    }
  })
  await ann.page.goto(`/pages/${id}`)
  await expect(ann.page.getByTestId('save-state')).toHaveText(
    'A newer version of the editor is needed: reload',
  )
  await expect(ann.page.getByTestId('editor-outdated').getByRole('button', { name: 'Reload' })).toBeVisible()
  await expect(textOf(ann.page)).toHaveAttribute('contenteditable', 'false')
  await expect(textOf(ann.page)).toContainText('from the newest')
})
