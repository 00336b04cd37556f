-- A lane for a whole group is kept for the products that are held or asked for where it ends.
SELECT d.*
FROM source.distributions d
WHERE EXISTS (SELECT 1 FROM source.buffers b WHERE b.product = d.product AND b.site = d.to_site)
    OR EXISTS (SELECT 1 FROM source.demands s WHERE s.product = d.product AND s.site = d.to_site)
