import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `SEXTANT_URL` points the development server at a running Sextant; the default is dev/backend.mjs.
const target = process.env['SEXTANT_URL'] ?? 'http://127.0.0.1:18080';

export default defineConfig({
  plugins: [svelte()],
  server: { host: '127.0.0.1', proxy: { '/api': { target, ws: true } } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
