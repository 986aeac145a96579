import type { AwsConfig } from '@hubkeeper/core'
import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopicSubscription, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription, SmsSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { acknowledge } from './nag.ts'

interface PagingProps {
  readonly aws: AwsConfig
}

/** Who is told: a topic per audience, and the queue that holds what nobody could process. */
export class Paging extends Construct {
  readonly onCall: Topic
  readonly security: Topic
  readonly team: Topic
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, { aws }: PagingProps) {
    super(scope, id)
    this.onCall = this.topic('OnCall', 'Hubkeeper on call', aws.onCall)
    // A topic that nobody has subscribed to is silence.
    this.security =
      aws.security === undefined ? this.onCall : this.topic('Security', 'Hubkeeper security', aws.security)
    this.team = this.topic('Team', 'Hubkeeper', aws.team)
    letAlarmsPublish(this.onCall)
    this.deadLetters = new Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const reason = 'it is the dead-letter queue itself, of schedules and of asynchronous invocations'
    acknowledge(this.deadLetters, { 'AwsSolutions-SQS3': reason, 'Serverless-SQSRedrivePolicy': reason })
    const stack = Stack.of(this)
    new CfnOutput(stack, 'OnCallTopic', { value: this.onCall.topicArn })
    new CfnOutput(stack, 'SecurityTopic', { value: this.security.topicArn })
    new CfnOutput(stack, 'TeamTopic', { value: this.team.topicArn })
    new CfnOutput(stack, 'DeadLetterQueue', { value: this.deadLetters.queueUrl })
  }

  private topic(id: string, displayName: string, audience: AwsConfig['onCall']): Topic {
    const topic = new Topic(this, id, { displayName, enforceSSL: true })
    for (const subscription of subscriptionsOf(audience)) topic.addSubscription(subscription)
    const reason = 'a page that cannot be delivered in SNS’s retries is too late; the alarm stays red'
    acknowledge(topic, { 'Serverless-SNSRedrivePolicy': reason })
    return topic
  }
}

const subscriptionsOf = ({ emails, https, sms }: AwsConfig['onCall']): ITopicSubscription[] => [
  ...emails.map((address) => new EmailSubscription(address)),
  ...sms.map((number) => new SmsSubscription(number)),
  ...https.map((url) => new UrlSubscription(url)),
]

/** Insisting on TLS gives the topic a policy, and that replaces the one that lets alarms publish. */
function letAlarmsPublish(topic: Topic): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Alarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
}
