<?php
// What follows a connect, of a living session: the call, its states, and the end. Without limits: the peer has none.
declare(strict_types=1);

const READ_SESSION = <<<'SQL'
SELECT instance.id AS instance_id, instance.signing_secret, session.id AS session_id, session.tenant_id, session.sip_login,
       tenant.status, callee.alias, callee.target, call.id AS call_id
  FROM tenants_wcsinstance instance
  LEFT JOIN hooks_session session ON session.instance_id = instance.id AND session.wcs_session_id = ?
       AND session.node_id = ? AND session.ended_at IS NULL
  LEFT JOIN tenants_tenant tenant ON tenant.id = session.tenant_id
  LEFT JOIN tenants_callee callee ON callee.tenant_id = session.tenant_id AND callee.alias = ?
  LEFT JOIN hooks_call call ON call.session_id = session.id AND call.wcs_call_id = ?
 WHERE instance.key = ?
SQL;
const PLACE = <<<'SQL'
INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision, reason, asked_at, ended_by, end_info)
VALUES (gen_random_uuid(), ?, ?, ?, ?, ?, ?, 'allowed', 'allowed', now(), '', '') RETURNING id
SQL;
const RINGS = 'UPDATE hooks_call SET ringing_at = coalesce(ringing_at, now()) WHERE id = ?';
const TALKS = 'UPDATE hooks_call SET answered_at = coalesce(answered_at, now()) WHERE id = ?';
const ENDS = "UPDATE hooks_call SET ended_at = now(), ended_by = 'finish' WHERE id = ? AND ended_at IS NULL";
const LEAVES = "UPDATE hooks_session SET ended_at = now(), ended_by = 'disconnected' WHERE id = ? AND ended_at IS NULL";
const NOTE = <<<'SQL'
INSERT INTO hooks_eventlog (received_at, instance_id, tenant_id, session_id, call_id, method, decision, reason, detail, body)
VALUES (now(), ?, ?, ?, ?, ?, 'allowed', 'allowed', '', ?)
SQL;
const CHANGES = ['RING' => RINGS, 'ESTABLISHED' => TALKS, 'FINISH' => ENDS];

$read = $db->prepare(READ_SESSION);
$read->execute([$hook['sessionId'], $hook['nodeId'] ?? '', $hook['callee'] ?? '', $hook['callId'] ?? '', $path[1]]);
$facts = $read->fetch(PDO::FETCH_ASSOC) ?: refuse(404);
check_signature($facts, $body);
$facts['session_id'] && $facts['status'] === 'active' || refuse(403);

$db->beginTransaction();
$call = $facts['call_id'];
if ($path[2] === 'call') {
    $facts['target'] !== null && $call === null || refuse(403);
    $place = $db->prepare(PLACE);
    $place->execute([$facts['tenant_id'], $facts['session_id'], $hook['callId'], $facts['alias'], $facts['target'], $facts['sip_login']]);
    $call = $place->fetchColumn();
} elseif ($path[2] === 'CallStatusEvent' && isset(CHANGES[$hook['status']])) {
    $db->prepare(CHANGES[$hook['status']])->execute([$call]);
} elseif ($path[2] === 'ConnectionStatusEvent' && $hook['status'] === 'DISCONNECTED') {
    $db->prepare(LEAVES)->execute([$facts['session_id']]);
}
$kept = array_intersect_key($hook, array_flip(['nodeId', 'appKey', 'sessionId', 'callId', 'status', 'callee', 'hasAudio']));
$db->prepare(NOTE)->execute([$facts['instance_id'], $facts['tenant_id'], $facts['session_id'], $call, $path[2], json_encode($kept)]);
$db->commit();

echo $path[2] !== 'call' ? '{}' : json_encode([
    'callee' => $facts['target'],
    'caller' => $facts['sip_login'],
    'visibleName' => $facts['sip_login'],
    'inviteParameters' => null,
    'custom' => null,
]);
