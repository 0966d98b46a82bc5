import { chromium } from 'playwright-core';
const [,, url, out, w='1280', h='860', scheme='light', full='0'] = process.argv;
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-gpu']});
const p = await b.newPage({viewport:{width:+w,height:+h}, colorScheme: scheme});
p.on('console', m=>console.log('console', m.text())); p.on('pageerror', e=>console.log('err', e.message));
await p.goto(url); await p.waitForTimeout(500);
await p.screenshot({path: out, fullPage: full==='1'});
console.log(await p.evaluate('document.documentElement.scrollWidth'));
await b.close();
