/**
 * The one script of the frame in which learners' code runs. The frame has an origin of its own, so that it reaches
 * neither the page nor its storage, and a policy of its own, so that it reaches no network. The build writes this text's
 * hash into the page's policy.
 *
 * A message carries a program; it runs in a worker of its own, which is ended when the answer is there or the page says so.
 * A program's first message is empty and says that it runs now.
 */
export const BOOT = `onmessage=({data,ports:[port]})=>{
const url=URL.createObjectURL(new Blob([data],{type:'text/javascript'}));
const worker=new Worker(url);
worker.onmessage=({data})=>{port.postMessage(String(data));if(data!=='')worker.terminate()};
worker.onerror=(event)=>{event.preventDefault();port.postMessage(JSON.stringify({failed:event.message,line:event.lineno}))};
port.onmessage=()=>{worker.terminate();URL.revokeObjectURL(url)};
}`;
