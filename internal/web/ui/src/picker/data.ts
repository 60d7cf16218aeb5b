// What the page tells the picker; written by internal/web/site/performance/data.go.
export interface PageData {
  id: string;
  plan: string;
  availability: string;
  live: string;
  limit: number;
  sign: string;
  zones: { id: string; name: string; color: string; light?: string; dark: string; sign: number; categories: string[]; minor: number }[];
  chosen: string[];
  back: boolean;
  words: Record<string, string>;
  counts: string[];
}

export function pageData(): PageData | null {
  const el = document.getElementById("picker-data");
  return el?.textContent ? (JSON.parse(el.textContent) as PageData) : null;
}

// money writes an amount as the server does: "12 000 ₸", with spaces that neither break nor spoil a copy.
export function money(minor: number, sign: string): string {
  const whole = String(Math.floor(minor / 100)).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const rest = minor % 100;
  return whole + (rest ? "," + String(rest).padStart(2, "0") : "") + "\u00a0" + sign;
}

export const say = (template: string, name: string, value: string): string => template.replace(`{${name}}`, value);
