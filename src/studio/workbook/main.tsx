/** The page of the assignment. */
import '../styles/base.css';
import '../styles/learn.css';
import '../styles/workbook.css';
import { render } from 'preact';
import { dress } from '../theme.js';
import { language, speak } from '../words/words.js';
import { findVgg19, followLayer, takeFirstPictures } from './state.js';
import { Workbook } from './workbook.js';

speak(language.value);
dress();
render(<Workbook />, document.getElementById('app') as HTMLElement);
for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault());
findVgg19().then(takeFirstPictures).then(followLayer);
