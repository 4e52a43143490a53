import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/room/",
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 1200 },
});
