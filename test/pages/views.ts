/** Where things stand on the pages, by what a reader or a screen reader calls them. */
import type { Locator, Page } from 'playwright-core';
import { en } from '../../packages/web/src/messages/en.ts';

/** The execution that the page is of. */
export function idOf(page: Page): string {
  return decodeURIComponent(/\/executions\/([^/?]+)/.exec(page.url())?.[1] ?? '');
}

export function pathOf({ id }: { readonly id: string }): string {
  return `/executions/${encodeURIComponent(id)}`;
}

export function apiPathOf({ id }: { readonly id: string }): string {
  return `/api/v1${pathOf({ id })}`;
}

/** The phase that stands at the head of an execution's page. */
export function phaseShown(page: Page, phase: string): Locator {
  return page.getByRole('main').locator('header').first().getByText(phase, { exact: true });
}

export function timelineRow(page: Page, task: string): Locator {
  return page.getByRole('region', { name: en.timeline }).locator('[data-row]').filter({ hasText: task });
}

export function graphTask(page: Page, task: string): Locator {
  return page.locator('.react-flow__node').filter({ hasText: new RegExp(`^${task}`) });
}

export function tab(page: Page, name: string): Locator {
  return page.getByRole('tab', { name: new RegExp(`^${name}`) });
}

export function button(page: Page | Locator, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** Puts a text in the place of what stands in the editor, as somebody who pastes it. */
export async function replaceText(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: en.editorLabel });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

/** Rows of the list of executions, those that hold `text`. */
export function listRows(page: Page, text?: string): Locator {
  const rows = page.getByRole('main').locator('a[data-row]');
  return text === undefined ? rows : rows.filter({ hasText: text });
}
