import { defineConfig } from "vitest/config"

declare const process: { env: Record<string, string | undefined> }

// Where a server runs that `npm run dev` and `npm run preview` stand in front of.
const server = process.env.GREENROOM_URL ?? "http://127.0.0.1:8080"
// The page's own host is passed on: the server holds a page's origin against it.
const target = { target: server, changeOrigin: false }
const proxy = { "/api": target, "/logs": { ...target, ws: true }, "/voice": { ...target, ws: true } }

export default defineConfig({
  // Relative, so that the same build serves below any GREENROOM_BASE_PATH.
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    // Everything is a file of its own: the content policy allows no inline script, style or data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { proxy },
  preview: { proxy, headers: { "content-security-policy": "default-src 'self'" } },
  test: { include: ["tests/**/*.test.ts"] },
})
