import { defineConfig } from "vitest/config"

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
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/logs": { target: "http://127.0.0.1:8080", ws: true },
      "/voice": { target: "http://127.0.0.1:8080", ws: true },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
})
