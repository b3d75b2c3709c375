CREATE TYPE "public"."version_kind" AS ENUM('automatic', 'named', 'before-restore', 'before-overwrite');--> statement-breakpoint
CREATE TABLE "document_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"page_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"state" "bytea" NOT NULL,
	"kind" "version_kind" NOT NULL,
	"name" text,
	"created_by" uuid,
	"contributors" uuid[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "document_versions" ADD CONSTRAINT "document_versions_page_id_documents_page_id_fk" FOREIGN KEY ("page_id") REFERENCES "public"."documents"("page_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_versions" ADD CONSTRAINT "document_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_versions_page_idx" ON "document_versions" USING btree ("page_id","seq");