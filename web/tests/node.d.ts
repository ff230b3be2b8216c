/** What the tests use of Node; its own types would let the page use it, too. */

declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf-8"): string
}

interface ImportMeta {
  readonly url: string
}
