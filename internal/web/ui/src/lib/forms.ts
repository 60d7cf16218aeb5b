// A form that comes back puts the reader where the trouble is told.
export function focusErrors(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}
