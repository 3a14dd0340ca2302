<?php
// The peer: the hooks as a careful PHP developer would write it, on the gateway's own tables: prepared statements, a
// transaction, a connection that persists between requests. With PEER_TUNED it goes as far as one can: one statement that
// writes both rows, and statements sent with their parameters in one round trip (preparing costs PDO one more). What follows a
// connect is in calls.php.
declare(strict_types=1);

const NEUTRAL = ['status' => 403, 'reason' => 'Calls are not available here'];
const READ = <<<'SQL'
SELECT instance.id AS instance_id, instance.signing_secret, instance.app_key, domain.id AS domain_id, tenant.id AS tenant_id,
       tenant.status, account.id AS account_id, account.login, account.authentication_name, account.password,
       account.domain AS sip_domain, account.outbound_proxy, account.port,
       EXISTS (SELECT FROM tenants_wcsinstance_tenants served
                WHERE served.wcsinstance_id = instance.id AND served.tenant_id = tenant.id) AS served
  FROM tenants_wcsinstance instance
  LEFT JOIN tenants_domain domain ON domain.origin = ?
  LEFT JOIN tenants_tenant tenant ON tenant.id = domain.tenant_id
  LEFT JOIN tenants_sipaccount account ON account.tenant_id = tenant.id AND account.enabled
 WHERE instance.key = ?
 LIMIT 1
SQL;
const OPEN = <<<'SQL'
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, domain_id, origin,
                           sip_account_id, sip_login, connect_digest, opened_at, ended_by)
VALUES (gen_random_uuid(), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now(), '') ON CONFLICT DO NOTHING RETURNING id
SQL;
const LOG = <<<'SQL'
INSERT INTO hooks_eventlog (received_at, instance_id, tenant_id, session_id, method, decision, reason, detail, body)
VALUES (now(), ?, ?, ?, 'connect', 'allowed', 'allowed', '', ?)
SQL;
const OPEN_AND_LOG = 'WITH opened AS (' . OPEN . <<<'SQL'
)
INSERT INTO hooks_eventlog (received_at, instance_id, tenant_id, session_id, method, decision, reason, detail, body)
SELECT now(), ?, ?, id, 'connect', 'allowed', 'allowed', '', ? FROM opened
SQL;

function refuse(int $status): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit(json_encode(['status' => $status] + NEUTRAL));
}

function open_secret(string $token, string $place): string
{
    static $keys = null;
    if ($keys === null) {
        foreach (preg_split('/[\s,]+/', getenv('CLICKHOOK_ENCRYPTION_KEYS'), -1, PREG_SPLIT_NO_EMPTY) as $entry) {
            [$id, $key] = explode(':', $entry, 2);
            $keys[$id] = base64_decode($key);
        }
    }
    [, $id, $sealed] = explode('.', $token, 3);
    $sealed = base64_decode($sealed);
    $plain = openssl_decrypt(
        substr($sealed, 12, -16), 'aes-256-gcm', $keys[$id], OPENSSL_RAW_DATA, substr($sealed, 0, 12), substr($sealed, -16), $place
    );
    return $plain === false ? refuse(503) : $plain;
}

function check_signature(array $facts, string $body): void
{
    $secret = open_secret($facts['signing_secret'], "clickhook|-|tenants_wcsinstance|{$facts['instance_id']}|signing_secret");
    hash_equals('WCS ' . hash_hmac('md5', $body, $secret), $_SERVER['HTTP_AUTHORIZATION'] ?? '') || refuse(403);
}

$_SERVER['REQUEST_METHOD'] === 'POST' || refuse(405);
preg_match('#^/hooks/([A-Za-z0-9_-]+)/([A-Za-z]+)$#', $_SERVER['REQUEST_URI'], $path) || refuse(404);
$body = file_get_contents('php://input');
$hook = json_decode($body, true, 32);
is_array($hook) && is_string($hook['sessionId'] ?? null) || refuse(400);

$db = new PDO(getenv('PEER_DSN'), null, null, [
    PDO::ATTR_PERSISTENT => true,
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::PGSQL_ATTR_DISABLE_PREPARES => (bool) getenv('PEER_TUNED'),
]);
header('Content-Type: application/json');
if ($path[2] !== 'connect') {
    require __DIR__ . '/calls.php';
    exit;
}

is_string($hook['origin'] ?? null) || refuse(400);
$origin = strtolower($hook['origin']);
preg_match('#^https?://[a-z0-9._-]+(:[0-9]{1,5})?$#', $origin) || refuse(403);

$read = $db->prepare(READ);
$read->execute([$origin, $path[1]]);
$facts = $read->fetch(PDO::FETCH_ASSOC) ?: refuse(404);

check_signature($facts, $body);
$facts['served'] && $facts['status'] === 'active' && $facts['account_id'] || refuse(403);

$kept = array_intersect_key($hook, array_flip(['nodeId', 'appKey', 'sessionId', 'origin', 'clientVersion', 'clientOSVersion',
    'clientBrowserVersion', 'mediaProviders', 'keepAlive', 'sipRegisterRequired']));
$session = [$facts['tenant_id'], $facts['instance_id'], $hook['nodeId'], $hook['sessionId'], $hook['appKey'],
    $facts['domain_id'], $origin, $facts['account_id'], $facts['login'], md5($body)];
$event = [$facts['instance_id'], $facts['tenant_id']];
if (getenv('PEER_TUNED')) {
    $db->prepare(OPEN_AND_LOG)->execute([...$session, ...$event, json_encode($kept)]);
} else {
    $db->beginTransaction();
    $open = $db->prepare(OPEN);
    $open->execute($session);
    $db->prepare(LOG)->execute([...$event, $open->fetchColumn() ?: null, json_encode($kept)]);
    $db->commit();
}

echo substr(json_encode([
    'sipLogin' => $facts['login'],
    'sipAuthenticationName' => $facts['authentication_name'] ?: $facts['login'],
    'sipPassword' => open_secret($facts['password'], "clickhook|{$facts['tenant_id']}|tenants_sipaccount|{$facts['account_id']}|password"),
    'sipDomain' => $facts['sip_domain'],
    'sipOutboundProxy' => $facts['outbound_proxy'] ?: $facts['sip_domain'],
    'sipProxy' => '',
    'sipPort' => (int) $facts['port'],
    'sipRegisterRequired' => false,
    'sipVisibleName' => $facts['login'],
    'sipContactParams' => '',
]), 0, -1), ',"restClientConfig":', file_get_contents(__DIR__ . '/rest_client_config.json'), '}';
