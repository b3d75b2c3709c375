import { request } from '../support/people.ts'
import { expect, openNewPage, test, textOf } from './fixtures.ts'

test('on paper there is the page, whole and nothing around it', async ({ signIn, server }, testInfo) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const id = await openNewPage(ann, 'Minutes')
  const countSheets = async (path: string) => {
    const pdf = await page.pdf({ format: 'A4', path: testInfo.outputPath(path) })
    return pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length
  }
  await expect(page.getByTestId('toolbar')).toBeVisible()
  await expect(page.getByTestId('page-facts')).toBeVisible()
  expect(await countSheets('short.pdf')).toBe(1)

  const body = Array.from({ length: 60 }, (_, line) => `Line ${line}`).join('\n\n')
  const { accessToken: token } = ann.person.session
  const headers = { 'content-type': 'text/markdown' }
  const written = await request(server.url, 'PUT', `/api/pages/${id}/content`, { token, body, headers })
  expect(written.status).toBeLessThan(300)
  await expect(textOf(page)).toContainText('Line 59')
  expect(await countSheets('long.pdf')).toBeGreaterThan(1)

  await page.emulateMedia({ media: 'print' })
  for (const around of ['page-list', 'save-state', 'presence', 'toolbar', 'page-facts', 'block-handle'])
    await expect(page.getByTestId(around)).toBeHidden()
  await page.screenshot({ path: testInfo.outputPath('paper.png') })
  await expect(page.getByTestId('page-title')).toHaveValue('Minutes')
  const text = await textOf(page).boundingBox()
  expect(text).toMatchObject({ x: 0, width: page.viewportSize()?.width })
})
