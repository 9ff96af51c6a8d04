-- A history of the day of 1.0: drawn, refused for its content, and lost.
BEGIN TRANSACTION;
CREATE TABLE attempt (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, state INTEGER NOT NULL,
  process INTEGER NOT NULL, door TEXT NOT NULL, prompt TEXT NOT NULL, folded TEXT,
  parameters TEXT NOT NULL, gateway TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
  size TEXT NOT NULL, quality TEXT NOT NULL, class TEXT NOT NULL, message TEXT NOT NULL,
  status INTEGER NOT NULL, request_id TEXT NOT NULL, elapsed_ms INTEGER NOT NULL,
  images INTEGER NOT NULL, may_have_cost INTEGER NOT NULL, basis INTEGER NOT NULL,
  nanousd INTEGER NOT NULL);
INSERT INTO "attempt" VALUES(1,'8hbx2cwzmq',1796007496168,1,7687,'generate','a füchs','a füchs','{"size":"1024x1024","n":1,"quality":"low"}','openai','openai_images','gpt-image-2','1024x1024','low','','',200,'req_sandbox_2',106,1,1,0,5920000);
INSERT INTO "attempt" VALUES(2,'sd3js5uwxa',1796007496305,1,7687,'generate','a füchs','a füchs','{"size":"1024x1024","n":1,"quality":"low"}','openai','openai_images','gpt-image-2','1024x1024','low','content','Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_sandbox_4. safety_violations=[sexual].',400,'req_sandbox_4',1,0,1,1,5920000);
INSERT INTO "attempt" VALUES(3,'w4gmwnebtk',1796007496347,1,7687,'generate','a füchs','a füchs','{"size":"1024x1024","n":1,"quality":"low"}','openai','openai_images','gpt-image-2','1024x1024','low','outcome_unknown','The gateway answered with status 504 and a web page (504 Gateway Time-out).',504,'req_sandbox_6',3,0,1,1,5920000);
CREATE TABLE image (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, attempt TEXT NOT NULL, at INTEGER NOT NULL,
  path TEXT NOT NULL, format INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, revised_prompt TEXT NOT NULL);
INSERT INTO "image" VALUES(1,'3sdwcxeg77','8hbx2cwzmq',1796007496269,'/pictures/a-füchs.png',0,1024,1024,372359,'','');
CREATE INDEX attempt_by_time ON attempt (at);
CREATE INDEX attempt_by_kind ON attempt (gateway, model, size, quality, at) WHERE images > 0;
CREATE INDEX attempt_without_image ON attempt (at) WHERE images = 0;
CREATE INDEX image_by_attempt ON image (attempt);
CREATE INDEX image_by_time ON image (at);
PRAGMA user_version = 1;
COMMIT;
